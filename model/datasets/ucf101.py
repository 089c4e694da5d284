"""UCF101 (Soomro et al., 2012) in its three official splits, and all that is laid out like it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from model.datasets import folders
from model.datasets.files import ClassFolders, existing_folder, group_of, some, wrong_root
from model.datasets.types import Dataset, Sample
from model.errors import InvalidDataset

LAYOUT = (
    "Expected <root>/<Class>/v_<Class>_gNN_cNN.avi (or in <root>/UCF-101) and, for the official "
    "splits, <root>/ucfTrainTestlist/ with classInd.txt, trainlist01.txt, testlist01.txt, ... "
    "(also found beside <root>, or in it)."
)
CLIP_NAME = re.compile(r"v_.+_g\d+_c\d+", re.IGNORECASE)


def lists_of(root: Path) -> Path | None:
    """The folder with `trainlist0k.txt`, if there is one in or beside `root`."""
    places = (root / "ucfTrainTestlist", root, root.parent / "ucfTrainTestlist")
    return next((place for place in places if any(place.glob("trainlist0?.txt"))), None)


def clips_of(root: Path) -> ClassFolders | None:
    """The class folders in `root` or in the folder that the archive unpacks to."""
    return ClassFolders.first_of([root / "UCF-101", root / "UCF101", root])


def looks_like(root: Path) -> bool:
    """Whether there are lists, or clips named as UCF101 names them."""
    if lists_of(root):
        return True
    found = clips_of(root)
    return found is not None and any(
        CLIP_NAME.match(path.stem) for paths in found.classes.values() for path in paths
    )


def read(root: Path | str, split: int = 1, *, name: str = "ucf101") -> Dataset:
    """UCF101 as `trainlist0k.txt` and `testlist0k.txt` (and `vallist0k.txt`, if any) part it.

    Labels are those of classInd.txt, from 0. Listed files may have another suffix on the disk.
    Without lists the split is `split_by_group`'s, which `notices` say. Raises InvalidDataset when
    there are no clips, none of those listed, or a line that contradicts the classes.
    """
    root = existing_folder(root, "UCF101", LAYOUT)
    found, lists = clips_of(root), lists_of(root)
    if found is None:
        raise wrong_root(root, "UCF101 clips in class folders", LAYOUT)
    if lists is None:
        return folders.unlisted(root, found, split, name)
    reader = _Lists(lists, found, _classes(lists))
    train = reader.part(f"trainlist{split:02d}.txt")
    test = reader.part(f"testlist{split:02d}.txt")
    validation = reader.part(f"vallist{split:02d}.txt", optional=True)
    return listed(Dataset(name, root, reader.classes, train, test, validation), reader.missing)


def listed(dataset: Dataset, missing: Sequence[str]) -> Dataset:
    """`dataset` with what its lists name in vain. Raises InvalidDataset when nothing is left, or
    when a clip is in two parts."""
    total = len(dataset.samples) + len(missing)
    if not dataset.samples:
        raise InvalidDataset(
            f"none of the {total} listed clips is below {dataset.root}: {some(missing)}",
            "Let the root be the folder that holds the class folders, and the lists be of this "
            "data set.",
        )
    counts = Counter(sample.path for sample in dataset.samples)
    if twice := [path.name for path, count in counts.items() if count > 1]:
        raise InvalidDataset(
            f"clips are listed twice: {some(twice)}", "List each clip once, in one part."
        )
    notices = list(dataset.notices)
    if missing:
        notices.append(f"{len(missing)} of {total} listed clips are missing: {some(missing)}")
    notices += [f"no clip for {part}" for part in ("train", "test") if not getattr(dataset, part)]
    return replace(dataset, missing=tuple(missing), notices=tuple(notices))


class _Lists:
    """Reads list files, remembering which of the listed clips are `missing`."""

    def __init__(self, folder: Path, clips: ClassFolders, classes: tuple[str, ...]) -> None:
        self.folder, self.clips, self.classes = folder, clips, classes
        self.missing: list[str] = []
        self._label = {name.lower(): label for label, name in enumerate(classes)}

    def part(self, name: str, *, optional: bool = False) -> tuple[Sample, ...]:
        """The clips of one list that are there."""
        path = self.folder / name
        if not path.is_file():
            if optional:
                return ()
            there = sorted(other.name for other in self.folder.glob("*list0?.txt"))
            raise InvalidDataset(f"wanted {name} in {self.folder}, got {some(there)}", LAYOUT)
        samples = []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip():
                continue
            sample = self._sample(line, f"{name}, line {number}")
            samples += [sample] if sample else []
        return tuple(samples)

    def _sample(self, line: str, where: str) -> Sample | None:
        match = re.fullmatch(r"([^/\s]+)/(\S+)(?:\s+(\d+))?", line.strip())
        if not match:
            raise InvalidDataset(
                f"{where}: wanted 'Class/v_Class_g01_c01.avi' and, for training, its label; "
                f"got {line!r}",
                LAYOUT,
            )
        folder, file, number = match.groups()
        label = self._label.get(folder.lower())
        if label is None or (number and int(number) != label + 1):
            wanted = f"label {label + 1}" if label is not None else "a class of classInd.txt"
            raise InvalidDataset(
                f"{where}: wanted {wanted} for {folder}, got {line!r}",
                "Take all lists from one copy of the data set.",
            )
        path = self.clips.find(folder, file)
        if path is None:
            self.missing.append(f"{folder}/{file}")
            return None
        return Sample(path, label, group_of(path.stem, self.classes[label]))


def _classes(lists: Path) -> tuple[str, ...]:
    """classInd.txt's names in the order of its numbers, or else those in the lists, sorted."""
    index = lists / "classInd.txt"
    if index.is_file():
        rows = [line.split() for line in index.read_text().splitlines() if line.strip()]
        numbered = {int(row[0]): row[1] for row in rows if len(row) == 2 and row[0].isdigit()}
        if sorted(numbered) != list(range(1, len(rows) + 1)):
            raise InvalidDataset(
                f"{index}: wanted lines '1 ApplyEyeMakeup' numbered from 1 to {len(rows)}, got "
                f"{len(numbered)} of them",
                LAYOUT,
            )
        return tuple(numbered[number] for number in sorted(numbered))
    lines = (line for path in lists.glob("*list0?.txt") for line in path.read_text().splitlines())
    return tuple(sorted({line.split("/")[0] for line in lines if "/" in line}))

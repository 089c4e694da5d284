"""HMDB51 (Kuehne et al., ICCV 2011) in its three official splits."""

import re
from pathlib import Path

from model.datasets import folders
from model.datasets.files import ClassFolders, existing_folder, group_of, some, wrong_root
from model.datasets.types import Dataset, Sample
from model.datasets.ucf101 import listed
from model.errors import InvalidDataset

LAYOUT = (
    "Expected <root>/<class>/<clip>.avi (or in <root>/hmdb51_org) and, for the official splits, "
    "<class>_test_split1.txt, ... in <root>/testTrainMulti_7030_splits, <root>/splits or <root>."
)
LIST_NAME = re.compile(r"(.+)_test_split([123])\.txt")
UNUSED, TRAIN, TEST = "0", "1", "2"


def lists_of(root: Path) -> list[Path]:
    """All split files of the first place that has some, sorted."""
    folder = "testTrainMulti_7030_splits"
    places = (root, root / folder, root / "splits", root.parent / folder)
    found = (sorted(place.glob("*_test_split[123].txt")) for place in places)
    return next(filter(None, found), [])


def looks_like(root: Path) -> bool:
    """Whether there are split files."""
    return bool(lists_of(root))


def read(root: Path | str, split: int = 1, *, name: str = "hmdb51") -> Dataset:
    """HMDB51 as `<class>_test_split<k>.txt` part it: a clip and 1 (train), 2 (test) or 0 (unused).

    Classes in alphabetical order. Without split files the split is `split_by_group`'s, which
    `notices` say. Raises InvalidDataset when there are no clips, none of those listed, or a line
    that cannot be read.
    """
    root = existing_folder(root, "HMDB51", LAYOUT)
    clips = ClassFolders.first_of([root / "hmdb51_org", root])
    if clips is None:
        raise wrong_root(root, "HMDB51 clips in class folders", LAYOUT)
    lists = lists_of(root)
    if not lists:
        return folders.unlisted(root, clips, split, name)
    by_class = {
        match[1]: path
        for path in lists
        if (match := LIST_NAME.fullmatch(path.name)) and int(match[2]) == split
    }
    if not by_class:
        raise InvalidDataset(
            f"wanted <class>_test_split{split}.txt in {lists[0].parent}, got "
            + some([path.name for path in lists]),
            LAYOUT,
        )
    classes = tuple(sorted(by_class))
    parts: dict[str, list[Sample]] = {TRAIN: [], TEST: [], UNUSED: []}
    missing: list[str] = []
    for label, class_name in enumerate(classes):
        for file, part in _rows(by_class[class_name]):
            path = clips.find(class_name, file)
            if path:
                parts[part].append(Sample(path, label, group_of(path.stem, class_name)))
            elif part != UNUSED:
                missing.append(f"{class_name}/{file}")
    train, test = tuple(parts[TRAIN]), tuple(parts[TEST])
    return listed(Dataset(name, root, classes, train, test), missing)


def _rows(path: Path) -> list[tuple[str, str]]:
    """(file, part) of each line."""
    rows = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip():
            continue
        file, _, part = line.strip().rpartition(" ")
        if not file or part not in (UNUSED, TRAIN, TEST):
            raise InvalidDataset(
                f"{path.name}, line {number}: wanted '<clip>.avi' and 0, 1 or 2, got {line!r}",
                "Take the split files from the data set's own archive.",
            )
        rows.append((file.strip(), part))
    return rows

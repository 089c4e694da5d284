"""Any folder of class folders: the reader for clips of one's own, and where there are no lists."""

from pathlib import Path

from model.datasets.files import (
    ClassFolders,
    existing_folder,
    folders_in,
    group_of,
    some,
    wrong_root,
)
from model.datasets.splits import split_by_group
from model.datasets.types import Dataset, Sample

LAYOUT = (
    "Expected <root>/<class>/<clip>.avi (or .mp4, .mkv, .gif, ...), or the same below <root>/train "
    "and <root>/test (and <root>/validation)."
)
PARTS = {
    "train": "train", "training": "train", "test": "test", "testing": "test",
    "val": "validation", "valid": "validation", "validation": "validation",
}  # fmt: skip


def read(root: Path | str, split: int = 1, *, name: str = "folders") -> Dataset:
    """The clips below class folders, labels in alphabetical order.

    Folders `train` and `test` decide where they are there; otherwise `split_by_group` does, and
    `notices` say so. Raises InvalidDataset when no class folder holds a video.
    """
    root = existing_folder(root, "class folders", LAYOUT)
    if parts := parts_of(root):
        return _by_parts(root, parts, name)
    folders = ClassFolders.first_of([root])
    if folders is None:
        raise wrong_root(root, "class folders with videos", LAYOUT)
    return unlisted(root, folders, split, name)


def parts_of(root: Path) -> dict[str, Path]:
    """The folders `train`, `test`, `validation` of `root`; none where it has other folders too."""
    parts = {PARTS.get(folder.name.lower(), ""): folder for folder in folders_in(root)}
    return parts if "train" in parts and "" not in parts else {}


def unlisted(root: Path, folders: ClassFolders, split: int, name: str) -> Dataset:
    """All clips of `folders`, split by recording, with a notice that this split is our own."""
    classes = tuple(sorted(folders.classes))
    samples = tuple(_samples(folders, classes))
    train, test = split_by_group(samples, split)
    untested = sorted(set(classes) - {classes[sample.label] for sample in test})
    notices = [
        f"no split lists: {len(train)} clips for training and {len(test)} for testing, whole "
        f"recordings by a fixed hash (split {split}), not an official split"
    ]
    if untested:
        notices.append(f"classes of one recording are only trained on: {some(untested)}")
    return Dataset(name, root, classes, train, test, notices=tuple(notices))


def _by_parts(root: Path, parts: dict[str, Path], name: str) -> Dataset:
    """Clips as the folders `train`, `test` and `validation` part them."""
    found = {part: ClassFolders(folder) for part, folder in parts.items()}
    classes = tuple(sorted({name for folders in found.values() for name in folders.classes}))
    if not classes:
        raise wrong_root(root, "class folders with videos", LAYOUT)
    samples = {part: tuple(_samples(folders, classes)) for part, folders in found.items()}
    notices = () if samples.get("test") else ("there is no clip for testing",)
    return Dataset(
        name,
        root,
        classes,
        samples["train"],
        samples.get("test", ()),
        samples.get("validation", ()),
        notices=notices,
    )


def _samples(folders: ClassFolders, classes: tuple[str, ...]) -> list[Sample]:
    return [
        Sample(path, classes.index(name), group_of(path.stem, name))
        for name, paths in folders.classes.items()
        for path in paths
    ]

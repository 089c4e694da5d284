"""Data sets: readers of published ones and the rendered Athletics benchmark.

`open_dataset` reads any of them; `verify.py` finds the clips that cannot be used.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from model.datasets import folders, hmdb51, ucf101
from model.datasets.files import existing_folder
from model.datasets.types import Dataset, Fault, Sample
from model.errors import InvalidDataset

__all__ = ["NAMES", "Dataset", "Fault", "Sample", "open_dataset"]

Name = Literal["auto", "ucf101", "hmdb51", "athletics", "folders"]
NAMES: tuple[Name, ...] = ("auto", "ucf101", "hmdb51", "athletics", "folders")
LAYOUTS = f"UCF101: {ucf101.LAYOUT}\nHMDB51: {hmdb51.LAYOUT}\nAnything else: {folders.LAYOUT}"


def open_dataset(root: Path | str, *, name: Name = "auto", split: int = 1) -> Dataset:
    """The labelled clips below `root` in the official split 1, 2 or 3.

    `auto` looks for HMDB51's split files, for UCF101's lists or names, for Athletics' ground truth
    beside the clips, and else takes class folders. Raises InvalidDataset, which says what was
    expected and what was found.
    """
    if name not in NAMES:
        raise InvalidDataset(f"wanted a data set of {', '.join(NAMES)}, got {name!r}", LAYOUTS)
    if split not in (1, 2, 3):
        raise InvalidDataset(f"wanted split 1, 2 or 3, got {split}", "Published splits are three.")
    root = existing_folder(root, "a folder of labelled clips", LAYOUTS)
    if name == "hmdb51" or (name == "auto" and hmdb51.looks_like(root)):
        return hmdb51.read(root, split)
    plain = folders.parts_of(root) or not ucf101.looks_like(root)
    if name == "folders" or (name == "auto" and plain):
        return folders.read(root, split)
    dataset = ucf101.read(root, split)
    if name == "ucf101":
        return dataset
    return _with_truth(dataset, required=name == "athletics")


def _with_truth(dataset: Dataset, *, required: bool) -> Dataset:
    """`dataset` as Athletics, if each clip has its ground truth beside it; its edition is that of
    the clips, which another version of the program may have rendered."""
    bare = [s.path for s in dataset.samples if not s.path.with_suffix(".json").is_file()]
    if bare and required:
        raise InvalidDataset(
            f"wanted ground truth beside each clip, got none for {len(bare)} of "
            f"{len(dataset.samples)}, first {bare[0]}",
            "Render the benchmark again, or read these clips as ucf101.",
        )
    versions = set() if bare else _versions(dataset, required=required)
    if len(versions) > 1:
        raise InvalidDataset(
            f"wanted clips of one version of Athletics, got {' and '.join(sorted(versions))}",
            "Render the benchmark into an empty folder, or read these clips as ucf101.",
        )
    if not versions:
        return dataset
    from model.datasets.athletics.benchmark import edition  # loads OpenCV

    return replace(dataset, name="athletics", edition=edition(*versions))


def _versions(dataset: Dataset, *, required: bool) -> set[str]:
    """Those of Athletics that the clips' ground truth names; none where it is all somebody else's,
    unless `required`. Raises InvalidDataset for one file that is none among others that are."""
    from model.datasets.truth import version_of

    versions, foreign = set(), []
    for sample in dataset.samples:
        try:
            versions.add(version_of(sample.path))
        except InvalidDataset as error:
            foreign.append(error)
    if foreign and (versions or required):
        raise foreign[0]
    return versions

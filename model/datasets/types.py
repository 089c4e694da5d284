"""What every data set becomes: classes, and labelled clips in train, validation and test."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from model.datasets.hashes import content_hash


@dataclass(frozen=True)
class Sample:
    """A clip and its class: `label` indexes `Dataset.classes`.

    Clips of one `group` come from one recording: no split may part them.
    """

    path: Path
    label: int
    group: str


@dataclass(frozen=True)
class Dataset:
    """A data set on disk in one of its splits, each part in the order of its list.

    `missing` names the files that a list wants and that are not there (left out), `notices` say in
    sentences what a reader of results must know, such as a split that is not the official one.
    `edition` is what determines rendered clips beside their names; None where users bring them,
    and only their files say what they are.
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    validation: tuple[Sample, ...] = ()
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    edition: str | None = None

    @cached_property
    def content(self) -> dict[str, str]:
        """By part the hash of what determines its clips (`content_hash`), as they are at the first
        look: all tasks of a plan have the same. Raises InvalidDataset for a clip that is gone."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {
            part: content_hash(self.root, samples, self.edition) for part, samples in parts.items()
        }

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All clips: train, validation, test."""
        return self.train + self.validation + self.test


@dataclass(frozen=True)
class Fault:
    """A clip that cannot be used: its error's code, and the reason in words."""

    path: Path
    code: str
    message: str

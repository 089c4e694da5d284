"""What every data set becomes: classes, and labelled clips in train, validation and test."""

from dataclasses import dataclass
from pathlib import Path


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
    """

    name: str
    root: Path
    classes: tuple[str, ...]
    train: tuple[Sample, ...]
    test: tuple[Sample, ...]
    validation: tuple[Sample, ...] = ()
    missing: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

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

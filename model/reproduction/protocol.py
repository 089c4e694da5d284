"""The plug-in interface: a protocol trains or measures one thing; its fields are its options."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from model.datasets.types import Dataset
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.networks.device import Precision

CHECKPOINT = "checkpoint.safetensors"  # in a task's folder, where it trained something
OnProgress = Callable[[str, int, int], None]  # what is done, how many, of how many


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Input:
    """What a task left: the file of its checkpoint, where it made one, and its result."""

    key: str
    checkpoint: Path
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """What a protocol works with. `inputs` are other tasks' by the role that they play here;
    `folder` is its own, kept with its result, where a checkpoint goes; `cache` is shared by all
    tasks of the data set; `jobs` clips are decoded at a time (None: one a core). `precision` is
    that of trainings and of the layers before a gate, except where time is measured."""

    dataset: Dataset
    folder: Path
    cache: Path
    inputs: Mapping[str, Input] = field(default_factory=dict)
    device: str = "cpu"
    jobs: int | None = None
    precision: "Precision" = "float32"
    on_progress: OnProgress = silent

    @property
    def checkpoint(self) -> Path:
        """Where the checkpoint of this task goes."""
        return self.folder / CHECKPOINT

    def file(self, role: str) -> Path:
        """The checkpoint that plays this role."""
        return self.inputs[role].checkpoint

    def file_or_none(self, role: str) -> Path | None:
        """The same for a role that may stay empty."""
        return self.file(role) if role in self.inputs else None


@dataclass(frozen=True)
class Protocol(ABC):
    """Subclasses declare `name` and their options as fields with JSON values; `maker` is raised
    whenever the same options give another result. `roles` are the inputs it cannot do without;
    `timed` says that the result is of the device that made it and wants nothing of the plan to run
    beside it; `places` are options that say where
    data lie, whose content another option tells."""

    name: ClassVar[str]
    maker: ClassVar[int] = 1
    roles: ClassVar[tuple[str, ...]] = ()
    timed: ClassVar[bool] = False
    places: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def run(self, context: Context) -> dict[str, Any]:
        """Do it; the result as JSON. Raises any KairoscopeError."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """With these options. Raises InvalidParameter naming the unknown one."""
        known = {spec.name for spec in dataclasses.fields(cls)}
        for name in options:
            if name not in known:
                raise InvalidParameter(
                    f"{cls.name} has no option {name!r}",
                    f"Its options are: {', '.join(sorted(known)) or 'none'}.",
                )
        return cls(**options)


@cache
def registry() -> dict[str, type[Protocol]]:
    """All protocols by name."""
    from model.plugins import discover
    from model.reproduction import protocols

    return dict(sorted(discover(protocols.__name__, protocols.__path__, Protocol).items()))

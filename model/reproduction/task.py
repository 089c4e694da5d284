"""Tasks: a protocol with its options and with the tasks whose results it takes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.datasets.types import Dataset
from model.errors import InvalidParameter
from model.reproduction.protocol import registry
from model.weights import registry as weights

SHIPPED = "shipped/"  # needs of this name are files that ship: shipped/attention, shipped/compact
KEY = 16  # characters


@dataclass(frozen=True)
class Task:
    """`name` is its own within a plan; `needs` names by role the tasks that it takes, or files: one
    that ships, or an absolute path; `split` is the official one of the data set; `seconds` is what
    it is thought to take, for the first estimate."""

    name: str
    protocol: str
    options: Mapping[str, Any] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    split: int = 1
    seconds: float = 60.0

    def __post_init__(self) -> None:
        found = registry().get(self.protocol)
        if found is None:
            raise InvalidParameter(
                f"{self.name}: no protocol {self.protocol!r}", f"Known: {', '.join(registry())}."
            )
        found.of(self.options)
        absent = set(found.roles) - set(self.needs)
        if absent:
            raise InvalidParameter(f"{self.name}: wanted {', '.join(sorted(absent))} in its needs")

    @property
    def timed(self) -> bool:
        """Whether it measures time."""
        return registry()[self.protocol].timed


def shipped(name: str) -> Path:
    """The file of a need `shipped/attention` or `shipped/compact`."""
    short = name.removeprefix(SHIPPED)
    return weights.get(short).find(Path())


def file_of(need: str) -> Path | None:
    """The file of a need that no task meets; None for the name of a task."""
    if need.startswith(SHIPPED):
        return shipped(need)
    return Path(need) if Path(need).is_absolute() else None


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Tasks, each once and after those that it needs.

    Raises InvalidParameter for two tasks of one name that differ, a need that nobody meets, or a
    circle.
    """
    known: dict[str, Task] = {}
    for task in tasks:
        if known.setdefault(task.name, task) != task:
            raise InvalidParameter(f"two tasks are named {task.name} and differ")
    done: dict[str, Task] = {}
    while len(done) < len(known):
        ready = [t for t in known.values() if t.name not in done and _met(t, known, done)]
        if not ready:
            stuck = ", ".join(sorted(set(known) - set(done)))
            raise InvalidParameter(f"these tasks wait for each other: {stuck}")
        done |= {task.name: task for task in ready}
    return list(done.values())


def _met(task: Task, known: Mapping[str, Task], done: Mapping[str, Task]) -> bool:
    wanted = [need for need in task.needs.values() if file_of(need) is None]
    for need in wanted:
        if need not in known:
            raise InvalidParameter(f"{task.name} needs {need}, which is not in the plan")
    return all(need in done for need in wanted)


def key_of(
    protocol: str,
    options: Mapping[str, Any],
    needs: Mapping[str, str],
    dataset: Dataset,
    device: str = "auto",
    precision: str = "float32",
) -> str:
    """A hash of all that determines the result of a protocol; `needs` are the keys, or the sha256,
    of its inputs by role. The clips count by their lists and sizes, not by their bytes (those that
    are rendered by their edition), and other data by their content, wherever they lie; the device
    counts where time is measured, the precision elsewhere. Raises InvalidDataset for a clip that is
    gone."""
    data = [dataset.name, *dataset.content.values()]
    found = registry()[protocol]
    counted = {name: value for name, value in options.items() if name not in found.places}
    about = [protocol, found.maker, counted, dict(needs), data]
    about += [device if found.timed else precision]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    return digest.hexdigest()[:KEY]

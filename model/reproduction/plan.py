"""A plan on disk: each task once, kept by its key, so that an interrupted plan goes on.

<out>/runs/<task>-<key>/run.json                 kairoscope/run@1: options, provenance, result
<out>/runs/<task>-<key>/checkpoint.safetensors   where the task trained something
<out>/runs/<task>-<key>/again                    its network is wanted and gone: until it is there
                                                 again, what it was stays known
<out>/runs/<task>-<key>/failure.json             the problem (RFC 9457) that ended it
<out>/runs/<task>-<key>/lock                     held while a process is at it (attempt.py)
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from model.datasets.types import Dataset
from model.networks.device import Precision
from model.reproduction.protocol import (
    CHECKPOINT,
    Context,
    Input,
    OnProgress,
    registry,
    silent,
)
from model.reproduction.record import recorded, write
from model.reproduction.task import SHIPPED, Task, file_of, in_order, key_of
from model.video.probe import sha256_of

RUN, AGAIN = "run.json", "again"
BELIEVED_S = 300.0  # of tasks that took what was guessed: what guesses count for at the start


@dataclass(frozen=True)
class Plan:
    """Tasks and where their results lie. `split_of` opens the data set in one of its splits; they
    run on `device`, which was asked for as `asked`, in `precision`: but those that have run in
    another one, on another machine, are done, and train in that again what is gone of them."""

    out: Path
    tasks: Sequence[Task]
    split_of: Callable[[int], Dataset]
    device: str = "cpu"
    jobs: int | None = None
    asked: str = "auto"
    precision: Precision = "float32"

    @cached_property
    def ordered(self) -> list[Task]:
        """Every task once, after those that it needs. Raises InvalidParameter."""
        return in_order(self.tasks)

    @cached_property
    def precisions(self) -> dict[str, Precision]:
        """The precision of each task by its name."""
        return {name: precision for name, (_, precision) in self._settled.items()}

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each task by its name."""
        return {name: key for name, (key, _) in self._settled.items()}

    @cached_property
    def _settled(self) -> dict[str, tuple[str, Precision]]:
        found: dict[str, tuple[str, Precision]] = {}
        for task in self.ordered:
            needs = {
                role: sha256_of(path) if (path := file_of(need)) else found[need][0]
                for role, need in task.needs.items()
            }
            dataset = self.split_of(task.split)
            tried: list[tuple[str, Precision]] = [
                (key_of(task.protocol, task.options, needs, dataset, self.asked, one), one)
                for one in dict.fromkeys((self.precision, *get_args(Precision)))
            ]
            ran = (one for one in tried if _has_run(folder_of(self.out, task.name, one[0])))
            found[task.name] = next(ran, tried[0])
        return found

    def folder(self, name: str) -> Path:
        """Where the task of this name leaves what it made."""
        return folder_of(self.out, name, self.keys[name])

    def record(self, name: str) -> dict[str, Any] | None:
        """What the task left, kairoscope/run@1; None before it is done."""
        return _read(self.folder(name) / RUN)

    def done(self, name: str) -> bool:
        """Whether the task of this name has left its result, and all that is wanted of it."""
        folder = self.folder(name)
        return _has_run(folder) and not (folder / AGAIN).is_file()

    def gone(self, name: str) -> bool:
        """Whether the task is done, but the network that it trained is not there any more; an
        older record, which does not tell whether it trained one, counts as of one that did."""
        record = self.record(name)
        made = record is not None and record["provenance"].get("checkpoint", "unknown") is not None
        return made and not (self.folder(name) / CHECKPOINT).is_file()

    def failure(self, name: str) -> dict[str, Any] | None:
        """The problem that ended the task, until it is to be tried again."""
        return _read(self.folder(name) / "failure.json")

    def pending(self) -> list[Task]:
        """Tasks without a result, in order."""
        return [task for task in self.ordered if not self.done(task.name)]

    def ready(self) -> list[Task]:
        """Pending tasks whose needs are met, without those that failed: these may run side by
        side. A task that needs one that failed is never ready."""
        pending = self.pending()
        waiting = {task.name for task in pending}
        met = [task for task in pending if not waiting & set(task.needs.values())]
        return [task for task in met if self.failure(task.name) is None]

    def results(self) -> "Results":
        """What is done."""
        records = {task.name: self.record(task.name) for task in self.ordered}
        return Results({name: row for name, row in records.items() if row is not None})

    def run(self, task: Task, on_progress: OnProgress = silent) -> dict[str, Any]:
        """Run one task, whose needs are met, and keep its record. Raises any KairoscopeError."""
        protocol = registry()[task.protocol].of(task.options)
        folder = self.folder(task.name)
        folder.mkdir(parents=True, exist_ok=True)
        dataset = self.split_of(task.split)
        context = Context(
            dataset=dataset,
            folder=folder,
            cache=self.out / "cache",
            inputs={role: self._input(need) for role, need in task.needs.items()},
            device=self.device,
            jobs=self.jobs,
            precision=self.precisions[task.name],
            on_progress=on_progress,
        )
        record = recorded(
            protocol,
            context,
            key=self.keys[task.name],
            task=task.name,
            options=task.options,
            split=task.split,
        )
        write(folder / RUN, record)
        (folder / AGAIN).unlink(missing_ok=True)
        return record

    def _input(self, need: str) -> Input:
        if path := file_of(need):
            return Input(need if need.startswith(SHIPPED) else path.name, path)
        record = self.record(need)
        assert record is not None, f"{need} has not run"
        checkpoint = self.folder(need) / CHECKPOINT
        return Input(record["key"], checkpoint, record["result"])


@dataclass(frozen=True)
class Results:
    """Records of done tasks by task's name."""

    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.records

    def of(self, name: str) -> dict[str, Any]:
        """The result of this task."""
        return dict(self.records[name]["result"])

    def key(self, name: str) -> str:
        """The key of the run that made it, for the cells of a table."""
        return str(self.records[name]["key"])

    def named(self, start: str) -> Iterator[str]:
        """Names of done tasks that start so."""
        return (name for name in self.records if name.startswith(start))

    def runs(self) -> dict[str, dict[str, Any]]:
        """Everything but the results, by key."""
        return {
            str(record["key"]): {name: value for name, value in record.items() if name != "result"}
            for record in self.records.values()
        }


@dataclass
class Eta:
    """Seconds that remain: the guesses of pending tasks, scaled by how wrong those done were;
    until many are done, most of a guess is believed, lest one short task bend the whole."""

    guessed: float = 0.0
    taken: float = 0.0

    def done(self, task: Task, seconds: float) -> None:
        """A task took so long."""
        self.guessed += task.seconds
        self.taken += seconds

    def remaining(self, pending: Sequence[Task], workers: int = 1) -> float:
        """Seconds that these take on so many workers."""
        scale = (BELIEVED_S + self.taken) / (BELIEVED_S + self.guessed)
        return scale * sum(task.seconds for task in pending) / workers


def folder_of(out: Path, name: str, key: str) -> Path:
    """The folder of a task of this name and key in the plan's folder."""
    return out / "runs" / f"{name}-{key}"


def _has_run(folder: Path) -> bool:
    return (folder / RUN).is_file()


def _read(path: Path) -> dict[str, Any] | None:
    found: dict[str, Any] | None = json.loads(path.read_text()) if path.is_file() else None
    return found

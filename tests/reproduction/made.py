"""A made protocol and made experiments, so that plans run in milliseconds and tell what they did.

`python -m tests.reproduction.made ARGUMENTS` is `kairoscope ARGUMENTS` with these in place of the
paper's; with `worker` it is a worker of reproductions whose tasks' processes (`task OUT TASK`) know
them, with `attempt OUT TASK` one attempt. Runs are told in the file that MADE_RUNS names.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from app.cli import main as kairoscope
from model.errors import UnreadableVideo
from model.reproduction import experiment, measured, plan_file, protocol
from model.reproduction.attempt import attempt
from model.reproduction.document import Cell, Claim, Row, Section, Table
from model.reproduction.experiment import Experiment, Setup
from model.reproduction.plan import Results
from model.reproduction.protocol import Context, Protocol
from model.reproduction.task import Task
from worker import reproductions
from worker.settings import Settings
from worker.tasks import run_reproducer

CLASSES, GROUPS = ("Jump", "Throw"), 4
WAIT_S = 300  # on a busy machine a process takes its time to start
TESTED = {1: (1,), 2: (2,), 3: (3, 4)}  # groups by split


@dataclass(frozen=True)
class Made(Protocol):
    """Takes `lasts` seconds, and its result is the sum of its inputs' and `value`, which a process
    of its own finds with `pool`; `network` is what it leaves as trained, each time another; `end`
    is ok, refused (a KairoscopeError), bug, or killed. Once there is a file MADE_MENDED, it takes
    no time and ends well."""

    name: ClassVar[str] = "made"

    value: int = 1
    lasts: float = 0.0
    end: str = "ok"
    pool: bool = False
    network: str = ""

    def run(self, context: Context) -> dict[str, Any]:
        """See Protocol."""
        told(context.folder.name, "start")
        mended, began = Path(os.environ["MADE_MENDED"]), time.monotonic()
        for tick in range(20):
            context.on_progress("making", tick + 1, 20)
        while not mended.exists() and time.monotonic() - began < self.lasts:
            context.on_progress("waiting", 0, 0)
            time.sleep(0.05)
        if not mended.exists():
            self._end()
        if self.network:
            context.checkpoint.write_text(f"{self.network} {time.time_ns()}")
        told(context.folder.name, "end")
        numbers = [self.value, *(entry.result["sum"] for entry in context.inputs.values())]
        if not self.pool:
            return {"sum": sum(numbers)}
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            return {"sum": pool.submit(sum, numbers).result()}

    def _end(self) -> None:
        if self.end == "refused":
            raise UnreadableVideo("the clip has no frame", "Take another clip")
        if self.end == "bug":
            raise ZeroDivisionError("division by zero")
        if self.end == "killed":
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class MadeTimed(Made):
    """The same as a protocol that measures time."""

    name: ClassVar[str] = "made-timed"
    timed: ClassVar[bool] = True


def told(folder: str, what: str) -> None:
    """A line of who did what when, whole even where several write."""
    name = folder.rpartition("-")[0]
    line = json.dumps({"task": name, "what": what, "pid": os.getpid()})
    with open(os.environ["MADE_RUNS"], "a") as runs:
        runs.write(line + "\n")


def runs(path: Path, what: str = "start") -> list[str]:
    """The tasks that were started, or ended, in order."""
    return [row["task"] for row in rows(path) if row["what"] == what]


def pids(path: Path, name: str) -> list[int]:
    """The processes that started a task, in order."""
    return [row["pid"] for row in rows(path) if (row["task"], row["what"]) == (name, "start")]


def rows(path: Path) -> list[dict[str, Any]]:
    """All that was told."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@dataclass(frozen=True)
class MadeExperiment(Experiment):
    """Tasks that are given, and a table of their sums. `unable` cannot make its section."""

    tasks_of_it: tuple[Task, ...] = ()
    unable: bool = False

    def tasks(self, setup: Setup) -> list[Task]:
        """See Experiment."""
        return list(self.tasks_of_it)

    def section(self, setup: Setup, results: Results) -> Section:
        """See Experiment."""
        if self.unable:
            raise KeyError("sum")
        done = [task.name for task in self.tasks_of_it if task.name in results]
        if not done:
            return self.missing("Nothing is measured.")
        rows = tuple(
            Row(name, (Cell(results.of(name)["sum"], runs=(results.key(name),)),)) for name in done
        )
        table = Table("Sums", ("sum",), rows)
        return Section(self.name, self.title, self.paper, tables=(table,))

    def claims(self, setup: Setup, results: Results) -> list[Claim]:
        """See Experiment."""
        text = f"{self.title} adds up"
        if not any(task.name in results for task in self.tasks_of_it):
            return [measured.untested(text, self.paper)]
        return [Claim(text, self.paper, "confirmed", "it does")]


class First(MadeExperiment):
    name, title, paper = "first", "The first", "Table 1"


class Second(MadeExperiment):
    name, title, paper = "second", "The second", "Figure 2"


def task(name: str, *needs: str, seconds: float = 60.0, **options: Any) -> Task:
    """A made task that needs others."""
    return Task(name, "made", options, {need: need for need in needs}, seconds=seconds)


def timed(name: str, *needs: str, **options: Any) -> Task:
    """A made task that measures time."""
    return replace(task(name, *needs, **options), protocol="made-timed")


def chain(**options: Any) -> tuple[Task, ...]:
    """a, then b which needs a, then c which needs b; and d by itself. `options` are b's."""
    return (task("a"), task("b", "a", **options), task("c", "b"), task("d", value=7))


def protocols() -> AbstractContextManager[Any]:
    """The made protocols beside the paper's: no task can be made of them elsewhere."""
    return patch.dict(protocol.registry(), {each.name: each for each in (Made, MadeTimed)})


def experiments(*made: Experiment) -> AbstractContextManager[Any]:
    """These experiments in place of the paper's."""
    return patch.dict(experiment.registry(), {each.name: each for each in made}, clear=True)


def wait(condition: Callable[[], object]) -> None:
    """Until it holds."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def folder_of_clips(root: Path, splits: Sequence[int] = (1,)) -> Path:
    """A data set in UCF101's layout, of files without content: enough to be listed."""
    lists = root / "ucfTrainTestlist"
    lists.mkdir(parents=True)
    (lists / "classInd.txt").write_text("".join(f"{n} {c}\n" for n, c in enumerate(CLASSES, 1)))
    for name in CLASSES:
        (root / name).mkdir()
        for group in range(1, GROUPS + 1):
            (root / ucf_clip(name, group)).touch()
    for split in splits:
        lines: dict[str, list[str]] = {"train": [], "test": []}
        for label, name in enumerate(CLASSES, 1):
            for group in range(1, GROUPS + 1):
                tested, clip = group in TESTED[split], ucf_clip(name, group)
                lines["test" if tested else "train"].append(clip if tested else f"{clip} {label}")
        for part, rows in lines.items():
            (lists / f"{part}list{split:02d}.txt").write_text("\n".join(rows) + "\n")
    return root


def ucf_clip(name: str, group: int) -> str:
    """The clip of a class and a group, as UCF101's lists name it."""
    return f"{name}/v_{name}_g{group:02d}_c01.avi"


def main(arguments: list[str]) -> int:
    """What this module is as a command; MADE_TASKS has the tasks of the experiment `first`."""
    if arguments[0] == "worker":
        run_reproducer(Settings(), (sys.executable, "-m", "tests.reproduction.made", "task"))
        return 0
    if arguments[0] == "task":
        return reproductions.main(arguments[1:])
    if arguments[0] == "attempt":
        out, name = arguments[1:]
        plan = plan_file.read(Path(out)).plan(name)
        return int(not attempt(plan, next(t for t in plan.ordered if t.name == name)))
    tasks = tuple(Task(**row) for row in json.loads(os.environ["MADE_TASKS"]))
    with experiments(First(tasks)):
        return kairoscope(arguments)


if __name__ == "__main__":
    with protocols():
        sys.exit(main(sys.argv[1:]))

"""Running a plan: one ready task after another, with how far it is and how long it will take."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from model.reproduction.attempt import attempt, lock_of
from model.reproduction.lock import held
from model.reproduction.plan import Eta, Plan
from model.reproduction.state import states
from model.reproduction.task import Task

WAIT_S = 1.0  # between two looks at tasks that another process has


def coordinator(out: Path) -> Path:
    """The lock of the process that runs the plan in `out`, or has it run: while it is held,
    somebody waits for results."""
    return out / "lock"


@dataclass(frozen=True)
class Progress:
    """`number` of `of` tasks is at work by `by` (empty: this process): `done` of `total` of
    `what`; the whole plan takes another `eta_s` seconds."""

    number: int
    of: int
    task: str
    what: str
    done: int
    total: int
    eta_s: float
    by: str = ""


@dataclass
class Course:
    """What is known of a plan's speed: from tasks that ran before, and from those that run now."""

    plan: Plan
    eta: Eta = field(default_factory=Eta)

    def __post_init__(self) -> None:
        for task in self.plan.ordered:
            self.settled(task)

    def settled(self, task: Task) -> None:
        """A task has ended; one that failed teaches nothing."""
        record = self.plan.record(task.name)
        if record is not None and self.plan.done(task.name):
            self.eta.done(task, record["provenance"]["seconds"])

    def left(self) -> list[Task]:
        """Tasks that will still run, those at work included."""
        now = states(self.plan)
        tasks = self.plan.ordered
        return [t for t in tasks if now[t.name].kind != "done" and not now[t.name].lost]

    def remaining(self, workers: int = 1) -> float:
        """Seconds that these take."""
        return self.eta.remaining(self.left(), workers)


def turn(plan: Plan, ready: Sequence[Task]) -> list[Task]:
    """Those of all ready tasks, at work or not, that may be at work now. What measures time runs
    when nothing else of the plan can, one task after the other: neighbours would slow it."""
    timed = [task for task in ready if task.timed]
    at_work = [task for task in timed if held(lock_of(plan, task.name).path)]
    return at_work or [task for task in ready if not task.timed] or timed[:1]


def here(plan: Plan, on_progress: Callable[[Progress], None]) -> Iterator[Task]:
    """Run all tasks in this process; yields each that has ended, with a result or a failure, those
    that a worker of an earlier start still had included."""
    course, before = Course(plan), list[Task]()
    while True:
        ready = plan.ready()
        for task in before:
            if task not in ready:
                course.settled(task)
                yield task
        if not ready:
            return
        free = turn(plan, ready)
        if not any(attempt(plan, task, _teller(course, task, on_progress)) for task in free):
            time.sleep(WAIT_S)  # others are at them
        before = ready


def _teller(
    course: Course, task: Task, on_progress: Callable[[Progress], None]
) -> Callable[[str, int, int], None]:
    left, began = course.left(), time.monotonic()
    of = len(course.plan.ordered)
    whole = course.eta.remaining(left)
    others = whole - course.eta.remaining([task])

    def tell(what: str, done: int, total: int) -> None:
        eta_s = max(whole - (time.monotonic() - began), others)
        on_progress(Progress(of - len(left) + 1, of, task.name, what, done, total, eta_s))

    return tell

"""A reproduction's tasks spread over workers: who hands them out, and who takes one.

A message names a plan's folder and a task; folder, clips and the program's version are the same for
all. What is true stands in the folder: a result, a failure, or a lock that the kernel gives up when
its process dies. So a message that is lost, late or sent twice does no harm: the coordinator sends
another for a task that nobody has, and a worker drops one whose task somebody has.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from celery import Celery

from model.errors import Cancelled, KairoscopeError
from model.plugins import in_words
from model.reproduction import plan_file
from model.reproduction.attempt import TaskFailed, attempt, fail, lock_of
from model.reproduction.course import Course, Progress, coordinator, turn
from model.reproduction.lock import Lock, held, said
from model.reproduction.plan import Plan
from model.reproduction.task import Task
from worker import broker, messages
from worker.errors import CannotServe
from worker.settings import Settings

log = logging.getLogger(__name__)

ROUND_S = 0.5
LOST_AFTER_S = 5.0  # a message sent this long ago and in no queue is lost, or just being taken
LOOK_S = 2.0  # between a worker's looks at whether anybody waits for it


def spread(
    plan: Plan, settings: Settings, on_progress: Callable[[Progress], None]
) -> Iterator[Task]:
    """Let workers run all tasks; yields each that has ended, with a result or a failure.

    Raises CannotServe where no broker answers at the start; later it is waited for.
    """
    if not broker.answers(settings):
        raise CannotServe(
            "there is no message broker for --workers",
            "Run kairoscope serve with the same KAIROSCOPE_DATA_DIR, or set KAIROSCOPE_REDIS_URL.",
        )
    celery = messages.make_celery(settings, messages.REPRODUCTIONS)
    course, hands = Course(plan), _Hands(plan, celery)
    while True:
        ready = {task.name: task for task in plan.ready()}
        for task in hands.ended(ready):
            course.settled(task)
            yield task
        if not ready:
            return
        hands.give(ready)
        hands.tell(course, on_progress)
        time.sleep(ROUND_S)


@dataclass
class _Hands:
    """Tasks handed out: when a message was last sent for each, and at which a worker was seen
    since; `tasks` are all that were ready."""

    plan: Plan
    celery: Celery
    sent: dict[str, float] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def ended(self, ready: dict[str, Task]) -> list[Task]:
        """Those that were ready and are no longer open, once."""
        names = [name for name in self.tasks if name not in ready]
        for name in names:
            self.sent.pop(name, None)
        return [self.tasks.pop(name) for name in names]

    def give(self, ready: dict[str, Task]) -> None:
        """Send messages for what may run now: where it is new, once for what a dead worker left,
        and, when no message waits any more, for what nobody has taken."""
        allowed = turn(self.plan, [*ready.values()])
        free = [task for task in allowed if not held(lock_of(self.plan, task.name).path)]
        unheard = messages.waiting(self.celery, messages.REPRODUCTIONS) == 0
        for task in free:
            due = self.sent.get(task.name, 0.0) + LOST_AFTER_S < time.monotonic()
            died = task.name in self.seen and self._left(task)
            if task.name not in self.sent or (due and (unheard or died)):
                self._send(task)
        for task in allowed:  # those that a worker had before, too
            self.sent.setdefault(task.name, time.monotonic())
        self.tasks |= ready

    def _left(self, task: Task) -> bool:
        """Whether a worker that died had it."""
        return bool(said(lock_of(self.plan, task.name).path))

    def _send(self, task: Task) -> None:
        if self._left(task):
            log.warning("the worker at %s has died: it is handed out again", task.name)
        if messages.send_task(self.celery, str(self.plan.out), task.name):
            self.sent[task.name] = time.monotonic()
            self.seen.discard(task.name)
        else:
            log.warning("the message broker does not answer")

    def tell(self, course: Course, on_progress: Callable[[Progress], None]) -> None:
        """Say what each worker is at."""
        locks = {name: lock_of(self.plan, name).path for name in self.tasks}
        busy = {name: said(path) for name, path in locks.items() if held(path)}
        self.seen |= busy.keys()
        left, of = course.left(), len(self.plan.ordered)
        eta_s = course.eta.remaining(left, max(1, len(busy)))
        for name, about in busy.items():
            if about:
                what, done, total = about["what"], about["done"], about["total"]
                number = of - len(left) + 1
                on_progress(Progress(number, of, name, what, done, total, eta_s, about["by"]))


def work(out: Path, name: str) -> None:
    """Run a task of the plan in `out`, unless it is done, somebody is at it, nobody waits, or it is
    not its turn."""
    if not out.is_dir():
        log.error("there is no folder %s here: workers share the disk of the reproduction", out)
    elif not held(coordinator(out)):
        log.info("%s: nobody waits for %s any more", out, name)
    elif name not in (saved := plan_file.read(out)):
        log.info("%s: nobody waits for %s any more, the plan is another now", out, name)
    else:
        try:
            plan = saved.plan(name)
        except KairoscopeError as error:
            _refuse(saved.folder(name), error)
        except Exception as error:  # a plan of another version may be anything
            log.exception("%s: the plan cannot be made here", name)
            _refuse(saved.folder(name), TaskFailed(in_words(error), "Let all have one version."))
        else:
            _attempt(plan, name)


def _refuse(folder: Path, error: KairoscopeError) -> None:
    """Let the task fail, unless a worker that can make its plan is at it."""
    lock = Lock(folder / "lock")
    if not lock.take():
        return
    try:
        fail(folder, error)
    finally:
        lock.give_back()


def _attempt(plan: Plan, name: str) -> None:
    looked = time.monotonic()

    def on_progress(what: str, done: int, total: int) -> None:
        nonlocal looked
        if time.monotonic() - looked > LOOK_S:
            looked = time.monotonic()
            if not held(coordinator(plan.out)):
                raise Cancelled("nobody waits any more")

    [task] = [task for task in plan.ordered if task.name == name]
    if task not in turn(plan, plan.ready()):
        log.info("%s: it is not its turn, the message is old", name)
        return
    try:
        attempt(plan, task, on_progress)
    except Cancelled as error:
        log.info("%s: %s", name, error.message)


def main(arguments: Sequence[str]) -> int:
    """`python -m worker.reproductions OUT TASK`: the process of one task."""
    logging.basicConfig(level=Settings().log_level, format="%(levelname)s %(message)s")
    out, name = arguments
    try:
        work(Path(out), name)
    except KeyboardInterrupt:  # the worker stops: the task is left for another
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

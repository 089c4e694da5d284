"""One attempt at a task of a plan: alone, its progress told, its failure kept beside it."""

import logging
import os
import socket
import time
from pathlib import Path
from typing import Any

from model.errors import Cancelled, KairoscopeError
from model.plugins import in_words
from model.reproduction.lock import Lock
from model.reproduction.plan import AGAIN, Plan
from model.reproduction.protocol import OnProgress, silent
from model.reproduction.record import write
from model.reproduction.task import Task

log = logging.getLogger(__name__)

MOST_DEATHS = 3  # of processes at one task: then it counts as failed
NOTE_S = 1.0  # between two notes of the progress in the lock


class TaskFailed(KairoscopeError):
    """A task ended with an error that no one foresaw, or ended its process each time."""

    code = "task-failed"


def lock_of(plan: Plan, name: str) -> Lock:
    """The lock of a task; its holder writes {by, since, deaths, what, done, total}."""
    return Lock(plan.folder(name) / "lock")


def attempt(plan: Plan, task: Task, on_progress: OnProgress = silent) -> bool:
    """Run a ready task to its result or its failure; False where there is nothing to do, since
    another process is at it or it has ended. Raises Cancelled when `on_progress` does; the task
    can then be tried again."""
    lock = lock_of(plan, task.name)
    if not lock.take():
        return False
    try:
        if plan.done(task.name) or plan.failure(task.name) is not None:
            return False
        before = lock.read()  # left by a process that died
        deaths = before.get("deaths", 0) + 1 if before else 0
        if deaths < MOST_DEATHS:
            _run(plan, task, _Notes(lock, deaths, on_progress))
        else:
            fail(plan.folder(task.name), _died(task.name, deaths))
        return True
    finally:
        lock.give_back()


def fail(folder: Path, error: KairoscopeError) -> None:
    """Keep the failure of the task of this folder; those that need it will not run."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "failure.json", error.to_problem())


def renew(plan: Plan) -> None:
    """Before a plan goes on: networks that are wanted and gone are trained again, what failed may
    be tried again, and deaths count anew."""
    _want_again(plan)
    for task in plan.pending():
        (plan.folder(task.name) / "failure.json").unlink(missing_ok=True)
        lock = lock_of(plan, task.name)
        if lock.path.exists() and lock.take():
            lock.give_back()


def _want_again(plan: Plan) -> None:
    """Results may have come from another machine without what was trained there: only what pending
    tasks need of it is made again, and not what an earlier start alone wanted."""
    wanted = set[str]()
    for task in reversed(plan.ordered):
        mark = plan.folder(task.name) / AGAIN
        if plan.record(task.name) is not None:
            if task.name not in wanted or not (mark.is_file() or plan.gone(task.name)):
                mark.unlink(missing_ok=True)
                continue
            mark.touch()
        wanted |= set(task.needs.values())


def _run(plan: Plan, task: Task, notes: "_Notes") -> None:
    notes("starting", 0, 0)
    try:
        plan.run(task, notes)
    except Cancelled:
        raise
    except KairoscopeError as error:
        fail(plan.folder(task.name), error)
    except Exception as error:
        log.exception("%s failed", task.name)
        hint = "The traceback is in the output of the process that ran it; the command tries again."
        fail(plan.folder(task.name), TaskFailed(in_words(error), hint))


def _died(name: str, deaths: int) -> TaskFailed:
    return TaskFailed(
        f"{deaths} processes at {name} were killed one after the other",
        "Most likely they had too little memory: free some, use fewer --jobs, and run it again.",
    )


class _Notes:
    """Passes progress on, and writes it into the lock now and then."""

    def __init__(self, lock: Lock, deaths: int, on_progress: OnProgress) -> None:
        self._lock, self._on_progress, self._last = lock, on_progress, 0.0
        by = f"{socket.gethostname()} (process {os.getpid()})"
        self._about: dict[str, Any] = {"by": by, "since": time.time(), "deaths": deaths}

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._last >= NOTE_S:
            self._last = now
            self._lock.write({**self._about, "what": what, "done": done, "total": total})
        self._on_progress(what, done, total)

"""The Celery workers: of analyses, with the keeper beside it, and of the tasks of reproductions.

The parent process keeps the outbox and never computes; its one child runs the jobs, so that a
crash in a codec or a network takes down nothing else.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any

from celery import Celery, signals
from celery.platforms import SecurityWarning

from model.process import die_with_parent
from worker import leases
from worker.engine import Engine, TorchEngine
from worker.keeper import Keeper
from worker.messages import REPRODUCE, REPRODUCTIONS, RUN, make_celery
from worker.plugins import warn_of_faults
from worker.run_job import run_job
from worker.service import Service, new_id
from worker.settings import Settings

REPRODUCTION = (sys.executable, "-m", "worker.reproductions")
ROUND_S, STOP_S = 0.2, 15.0


def make_worker(settings: Settings, engine: Engine) -> Celery:
    """The Celery application of a worker of analyses; run it with `run_worker`."""
    celery = make_celery(settings)
    worker_id = new_id()

    def run(job_id: str) -> None:
        run_job(_service_here(settings, os.getpid()), job_id, worker_id, engine)

    def child_started(**_: Any) -> None:
        die_with_parent()

    def started(**_: Any) -> None:
        service = Service(settings)
        keeper = Keeper(service, worker_id, socket.gethostname())
        keeper.start()

        def stopping(**_: Any) -> None:
            keeper.stop()
            leases.release(service.database, worker_id)

        signals.worker_shutting_down.connect(stopping, weak=False)

    celery.task(run, name=RUN)
    signals.worker_process_init.connect(child_started, weak=False)
    signals.worker_ready.connect(started, weak=False)
    return celery


def make_reproducer(settings: Settings, command: Sequence[str]) -> Celery:
    """The Celery application of a worker of reproductions, which needs no database; run it with
    `run_reproducer`. Each task is a process of its own: `command` and a plan's folder and task."""
    celery = make_celery(settings, REPRODUCTIONS)
    stop = threading.Event()

    def reproduce(folder: str, name: str) -> None:
        process = subprocess.Popen(
            [*command, folder, name], start_new_session=True, preexec_fn=_begun
        )
        while not stop.is_set() and process.poll() is None:
            stop.wait(ROUND_S)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            _end(process)

    def stopping(**_: Any) -> None:
        stop.set()

    celery.task(reproduce, name=REPRODUCE)
    signals.worker_shutting_down.connect(stopping, weak=False)
    return celery


def _begun() -> None:
    """In the process of a task: it ends with the worker, and can be interrupted even where a shell
    that runs the worker in the background has that ignored."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_worker(settings: Settings, engine: Engine | None = None) -> None:
    """Work until told to stop; a running job then goes back to the queue."""
    _run(make_worker(settings, engine or TorchEngine(settings)), settings, "prefork")


def run_reproducer(settings: Settings, command: Sequence[str] = REPRODUCTION) -> None:
    """The same for tasks of reproductions: a running one is left for another worker."""
    _run(make_reproducer(settings, command), settings, "solo")


def _run(celery: Celery, settings: Settings, pool: str) -> None:
    warnings.simplefilter("ignore", SecurityWarning)  # root and pickle; messages here are JSON only
    celery.worker_main(
        [
            "--quiet",
            "worker",
            f"--pool={pool}",
            "--concurrency=1",
            f"--loglevel={settings.log_level}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that was asked to end; not for ever."""
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@cache
def _service_here(settings: Settings, pid: int) -> Service:
    """The service of this process: connections do not survive a fork."""
    service = Service(settings)
    warn_of_faults()  # the code of others is loaded here, and never before the fork
    return service

"""The Celery worker: one task, whose message is a job's id, and the keeper beside it.

The parent process keeps the outbox and never computes; its one child runs the jobs, so that a
crash in a codec or a network takes down nothing else.
"""

import os
import socket
import warnings
from functools import cache
from typing import Any

from celery import Celery, signals
from celery.platforms import SecurityWarning

from worker import leases
from worker.engine import Engine, TorchEngine
from worker.keeper import Keeper
from worker.messages import RUN, make_celery
from worker.parent import die_with_parent
from worker.plugins import warn_of_faults
from worker.run_job import run_job
from worker.service import Service, new_id
from worker.settings import Settings


def make_worker(settings: Settings, engine: Engine) -> Celery:
    """The Celery application of a worker process; run it with `run_worker`."""
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


def run_worker(settings: Settings, engine: Engine | None = None) -> None:
    """Work until told to stop; a running job then goes back to the queue."""
    engine = engine or TorchEngine(settings)
    warnings.simplefilter("ignore", SecurityWarning)  # root and pickle; messages here are JSON only
    make_worker(settings, engine).worker_main(
        [
            "--quiet",
            "worker",
            "--pool=prefork",
            "--concurrency=1",
            f"--loglevel={settings.log_level}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


@cache
def _service_here(settings: Settings, pid: int) -> Service:
    """The service of this process: connections do not survive a fork."""
    service = Service(settings)
    warn_of_faults()  # the code of others is loaded here, and never before the fork
    return service

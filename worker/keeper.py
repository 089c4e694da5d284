"""The keeper: a thread in each worker's parent process that lets no job be forgotten.

It reports the worker alive, ends leases that ran out, sends the messages that a broker which was
down, flushed or restarted did not keep, and sweeps the library. Several keepers at once do no harm.
"""

import logging
import os
import threading
import time

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from worker import leases, messages
from worker.database import JobRow, clock
from worker.service import Service

log = logging.getLogger(__name__)

LONGEST_ROUND_S = 1.0
LOST_AFTER_S = 2.0  # a message sent this long ago and in no queue is lost, or just being taken
MOST_AT_ONCE = 100
SWEEP_S = 10.0


class Keeper(threading.Thread):
    """Call `start`, and `stop` before the process ends."""

    def __init__(self, service: Service, worker_id: str, host: str) -> None:
        super().__init__(name="keeper", daemon=True)
        self._service, self._worker_id, self._host = service, worker_id, host
        self._over = threading.Event()
        self._swept = time.monotonic()
        # The pool forks a new child when one dies. A lock that this thread held at that moment,
        # SQLite's for one, would stay locked in the child for ever: so no fork during a round.
        self._between_forks = threading.Lock()
        os.register_at_fork(
            before=self._between_forks.acquire,
            after_in_parent=self._between_forks.release,
            after_in_child=self._between_forks.release,
        )

    def run(self) -> None:
        """Rounds until `stop`."""
        pause = min(LONGEST_ROUND_S, self._service.settings.lease_s / 4)
        while True:
            with self._between_forks:
                if self._over.is_set():
                    return
                try:
                    self._round()
                except DBAPIError as error:
                    log.warning("the database does not answer: %s", error)
                except OSError as error:
                    log.warning("deleted files are not gone yet: %s", error)
            if self._over.wait(pause):
                return

    def stop(self) -> None:
        """No round after this."""
        self._over.set()
        self.join()

    def _round(self) -> None:
        database = self._service.database
        leases.seen(database, self._worker_id, self._host, os.getpid())
        leases.expire(database, self._service.settings.max_attempts)
        for job_id, background in unsent(self._service):
            self._service.wake(job_id, background)
        if time.monotonic() - self._swept > SWEEP_S:
            self._swept = time.monotonic()
            self._service.library.sweep()


def unsent(service: Service) -> list[tuple[str, bool]]:
    """Waiting jobs that no message speaks for, oldest first, and whether in the background."""
    wanted = (
        select(JobRow.id, JobRow.background)
        .where(JobRow.state == "queued")
        .order_by(JobRow.created_at)
        .limit(MOST_AT_ONCE)
    )
    if messages.waiting(service.celery) == 0:
        lost = JobRow.sent_at < clock() - LOST_AFTER_S
        wanted = wanted.where(JobRow.sent_at.is_(None) | lost)
    else:
        wanted = wanted.where(JobRow.sent_at.is_(None))
    with service.database.read() as session:
        return [(row.id, row.background) for row in session.execute(wanted)]

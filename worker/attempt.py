"""One attempt at a job: its lease kept alive, its end written whatever that is."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DBAPIError

from model.errors import Cancelled, KairoscopeError
from worker.errors import InternalError, LeaseLost
from worker.leases import Lease

log = logging.getLogger(__name__)

LONGEST_BEAT_S = 0.5  # also how soon an attempt sees that its job was cancelled


class Attempt:
    """A context in which a job runs. Leaving it ends the job: done or failed.

    Errors with a code end here; anything else fails the job too, then goes on to the log. A job
    that was cancelled or deleted is no longer this attempt's, so nothing is written then.
    """

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self._lost = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def should_stop(self) -> bool:
        """Whether the job is no longer ours: cancelled, deleted, or taken over."""
        return self._lost.is_set()

    def check(self) -> None:
        """Raises Cancelled when the work should stop."""
        if self.should_stop():
            raise Cancelled(f"job {self.lease.job_id} is no longer ours")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._over.set()
        self._thread.join()
        expected = error is None or isinstance(error, KairoscopeError)
        try:
            if not isinstance(error, Cancelled):
                self._end(error)
        except LeaseLost:
            log.info("job %s: lease lost, its end is not written", self.lease.job_id)
        return expected

    def _end(self, error: BaseException | None) -> None:
        if error is None:
            self.lease.finish("done")
        elif isinstance(error, KairoscopeError):
            self.lease.finish("failed", error.to_problem())
        elif isinstance(error, Exception):
            unexpected = InternalError(
                f"unexpected {type(error).__name__} in analysis {self.lease.job_id}",
                "This is a bug. The server's log has the details under this id.",
            )
            self.lease.finish("failed", unexpected.to_problem())

    def _beat(self) -> None:
        held_until = time.monotonic() + self.lease.seconds
        while not self._over.wait(min(LONGEST_BEAT_S, self.lease.seconds / 4)):
            started = time.monotonic()
            try:
                self.lease.extend()
                held_until = started + self.lease.seconds
            except LeaseLost:
                self._lost.set()
                return
            except DBAPIError as error:
                log.warning("job %s: no heartbeat: %s", self.lease.job_id, error)
                if time.monotonic() > held_until:
                    self._lost.set()
                    return

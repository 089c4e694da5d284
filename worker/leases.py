"""Who owns a job: a lease in the database, kept alive by a heartbeat.

A job is claimed by one attempt at a time. Every write of the attempt names its lease, so a worker
that lost it (paused, cut off, or its job was cancelled or deleted) changes nothing any more. When
a worker dies, its lease runs out and the job is queued again, or fails after too many attempts.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CursorResult, Update, delete, select, update

from worker.database import Database, JobRow, WorkerRow, clock
from worker.errors import LeaseLost, WorkerDied

WORKER_SILENT_S = 10.0  # a worker unseen for this long counts as gone
NO_LEASE: dict[str, Any] = {"lease": None, "lease_until": None, "worker_id": None}


@dataclass(frozen=True)
class Lease:
    """The right of one attempt to write to one job for the next `seconds`."""

    database: Database
    job_id: str
    token: str
    seconds: float

    def extend(self) -> None:
        """Keep the lease. Raises LeaseLost."""
        self._update(lease_until=clock() + self.seconds)

    def write(self, **values: Any) -> None:
        """Change visible columns of the job. Raises LeaseLost."""
        self._update(**values, revision=JobRow.revision + 1)

    def finish(self, state: str, error: dict[str, Any] | None = None) -> None:
        """End the job in this state. Raises LeaseLost."""
        values: dict[str, Any] = {"progress": 1.0} if state == "done" else {}
        self.write(
            **values,
            **NO_LEASE,
            state=state,
            stage="",
            error=error,
            eta_s=None,
            partial=None,
            finished_at=clock(),
        )

    def _update(self, **values: Any) -> None:
        mine = (JobRow.id == self.job_id, JobRow.lease == self.token, JobRow.state == "running")
        with self.database.write() as session:
            changed = session.execute(update(JobRow).where(*mine).values(**values))
            if _count(changed) == 0:
                raise LeaseLost(f"job {self.job_id} is no longer owned by lease {self.token}")


def claim(database: Database, job_id: str, worker_id: str, seconds: float) -> Lease | None:
    """The lease of a queued job, counted as an attempt; None when it is not there to take."""
    lease = Lease(database, job_id, secrets.token_hex(8), seconds)
    taken = (
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state == "queued")
        .values(
            state="running",
            lease=lease.token,
            lease_until=clock() + seconds,
            worker_id=worker_id,
            attempts=JobRow.attempts + 1,
            started_at=clock(),
            revision=JobRow.revision + 1,
        )
    )
    with database.write() as session:
        return lease if _count(session.execute(taken)) else None


def expire(database: Database, max_attempts: int) -> None:
    """Queue the jobs again whose lease ran out; fail those that were tried too often."""
    overdue = (JobRow.state == "running", JobRow.lease_until < clock())
    change = {**NO_LEASE, "revision": JobRow.revision + 1, "stage": "", "eta_s": None}
    ended = {**change, "partial": None, "finished_at": clock()}
    died = WorkerDied(
        f"the worker died {max_attempts} times while it analysed this video",
        "The file may be damaged in a way that crashes a decoder, or need more memory than there "
        "is; the server's log says more.",
    )
    with database.read() as session:
        if session.scalar(select(JobRow.id).where(*overdue).limit(1)) is None:
            return
    with database.write() as session:
        session.execute(
            update(JobRow)
            .where(*overdue, JobRow.attempts >= max_attempts)
            .values(state="failed", error=died.to_problem(), **ended)
        )
        session.execute(
            update(JobRow).where(*overdue).values(state="queued", sent_at=None, **change)
        )


def release(database: Database, worker_id: str) -> None:
    """Give back the jobs of a worker that stops on purpose: queued again, no attempt counted."""
    mine = (JobRow.state == "running", JobRow.worker_id == worker_id)
    back = {**NO_LEASE, "state": "queued", "stage": "", "sent_at": None, "eta_s": None}
    with database.write() as session:
        session.execute(
            update(JobRow)
            .where(*mine)
            .values(**back, attempts=JobRow.attempts - 1, revision=JobRow.revision + 1)
        )
        session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))


def cancelling() -> Update:
    """The update that cancels jobs which wait or run; say which by `where`. A worker that runs one
    stops at its next look."""
    return (
        update(JobRow)
        .where(JobRow.state.in_(("queued", "running")))
        .values(**NO_LEASE, state="cancelled", stage="", eta_s=None, partial=None)
        .values(finished_at=clock(), revision=JobRow.revision + 1)
    )


def seen(database: Database, worker_id: str, host: str, pid: int) -> None:
    """Record that a worker is alive and forget those that are not."""
    with database.write() as session:
        alive = update(WorkerRow).where(WorkerRow.id == worker_id).values(seen_at=clock())
        if _count(session.execute(alive)) == 0:
            session.add(
                WorkerRow(id=worker_id, host=host, pid=pid, started_at=clock(), seen_at=clock())
            )
        session.execute(delete(WorkerRow).where(WorkerRow.seen_at < clock() - WORKER_SILENT_S))


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount

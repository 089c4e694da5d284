"""The heartbeat of an attempt while its database fails."""

import time
from dataclasses import dataclass, field

from sqlalchemy.exc import DatabaseError

from worker import attempt
from worker.attempt import Attempt


@dataclass
class FailingLease:
    """A lease that cannot be extended the first `failures` times."""

    failures: int
    seconds: float = 0.2
    job_id: str = "job"
    extended: int = 0
    ends: list[str] = field(default_factory=list)

    def extend(self) -> None:
        if self.failures:
            self.failures -= 1
            raise DatabaseError("UPDATE", {}, Exception("disk I/O error"))
        self.extended += 1

    def finish(self, state: str, error: object = None) -> None:
        self.ends.append(state)


def test_heartbeat_goes_on_after_an_error_of_the_database(wait_for, caplog, monkeypatch):
    monkeypatch.setattr(attempt, "LONGEST_BEAT_S", 0.01)
    lease = FailingLease(failures=1, seconds=600)
    with Attempt(lease) as running:
        wait_for(lambda: lease.extended >= 2)
        assert not running.should_stop()
    assert lease.ends == ["done"]
    assert "disk I/O error" in caplog.text


def test_work_stops_when_the_lease_cannot_be_kept(wait_for):
    lease = FailingLease(failures=10**6)
    started = time.monotonic()
    with Attempt(lease) as running:
        wait_for(running.should_stop)
        assert time.monotonic() - started >= lease.seconds

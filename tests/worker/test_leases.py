"""Who owns a job, step by step."""

import pytest

from worker import leases
from worker.database import JobRow, WorkerRow
from worker.errors import LeaseLost


def let_pass(service, job, seconds):
    """Put the end of a job's lease so many seconds nearer."""
    with service.database.write() as session:
        session.get_one(JobRow, job.id).lease_until -= seconds


def test_one_claim_wins(service, scripts):
    _, job = scripts.add("ok")
    assert leases.claim(service.database, job.id, "a", 60) is not None
    assert leases.claim(service.database, job.id, "b", 60) is None
    assert service.get_job(job.id).state == "running"
    assert leases.claim(service.database, "no-such-job", "a", 60) is None


def test_lease_that_ran_out_goes_to_the_next_and_the_first_is_locked_out(service, scripts):
    _, job = scripts.add("ok")
    first = leases.claim(service.database, job.id, "a", 60)
    let_pass(service, job, 61)
    leases.expire(service.database, max_attempts=3)
    assert service.get_job(job.id).state == "queued"
    second = leases.claim(service.database, job.id, "b", 60)
    with pytest.raises(LeaseLost):
        first.extend()
    with pytest.raises(LeaseLost):
        first.write(progress=0.9)
    second.finish("done")
    with pytest.raises(LeaseLost):
        second.finish("failed", {})
    assert service.get_job(job.id).state == "done"


def test_extended_lease_does_not_expire(service, scripts):
    _, job = scripts.add("ok")
    lease = leases.claim(service.database, job.id, "a", 60)
    for _ in range(2):
        let_pass(service, job, 40)
        lease.extend()
    leases.expire(service.database, max_attempts=3)
    assert service.get_job(job.id).state == "running"


def test_a_job_that_killed_its_workers_too_often_fails(service, scripts):
    _, poison = scripts.add("ok")
    for attempt in (1, 2):
        leases.claim(service.database, poison.id, "a", 60)
        let_pass(service, poison, 61)
        leases.expire(service.database, max_attempts=2)
        assert service.get_job(poison.id).attempts == attempt
    dead = service.get_job(poison.id)
    assert dead.state == "failed"
    assert "2 times" in dead.error["detail"]


def test_cancelled_job_is_lost_to_its_worker(service, scripts):
    _, job = scripts.add("ok")
    lease = leases.claim(service.database, job.id, "a", 60)
    assert service.cancel(job.id).state == "cancelled"
    with pytest.raises(LeaseLost):
        lease.finish("done")
    leases.expire(service.database, max_attempts=3)
    assert service.get_job(job.id).state == "cancelled"


def test_workers_that_fell_silent_are_forgotten(service):
    leases.seen(service.database, "old", "host", 1)
    with service.database.write() as session:
        session.get_one(WorkerRow, "old").seen_at -= leases.WORKER_SILENT_S + 1
    leases.seen(service.database, "new", "host", 2)
    assert [worker.id for worker in service.workers()] == ["new"]

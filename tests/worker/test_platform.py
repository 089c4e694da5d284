"""Jobs on a real broker and a real Celery worker process, with real kills."""

import time

import psutil
import pytest

from worker import broker
from worker.database import VideoRow
from worker.library import GRACE_S
from worker.service import Service
from worker.types import Job

pytestmark = pytest.mark.slow


def ended(service: Service, job: Job, state: str = "done") -> bool:
    now = service.get_job(job.id)
    assert not now.finished or now.state == state, now
    return now.finished


def running(service: Service, job: Job) -> bool:
    now = service.get_job(job.id)
    return now.state == "running" and now.partial is not None


def results(service: Service, sha256: str) -> int:
    return len(list((service.settings.data_dir / "blobs" / "results" / sha256).iterdir()))


def test_round_trip_shows_partial_scores_and_progress_that_never_falls(service, scripts, platform):
    video, job = scripts.add("slow 2")
    seen = [job]
    while not seen[-1].finished:
        now = service.get_job(job.id)
        if now.revision != seen[-1].revision:
            seen.append(now)
        time.sleep(0.02)
    assert (seen[-1].state, seen[-1].progress) == ("done", 1)
    progress = [job.progress for job in seen]
    assert progress == sorted(progress)
    grown = [len(job.partial["phi"]) for job in seen if job.partial]
    assert len(grown) >= 3
    assert grown == sorted(grown)
    assert any(job.eta_s is not None and job.eta_s > 0 for job in seen)
    working = seen[-1].finished_at - seen[-1].started_at
    assert seen[-1].revision <= 4 * working.total_seconds() + 6  # and one at each change of state
    assert set(service.result(job.id)["methods"]) == set(job.methods)
    assert service.get_video(video.id).derivatives_ready
    [worker] = service.workers()
    assert worker.pid == platform.worker.pid


def test_job_runs_again_when_its_child_is_killed(service, scripts, platform, wait_for):
    video, job = scripts.add("slow 3")
    wait_for(lambda: running(service, job))
    platform.child().kill()
    wait_for(lambda: service.get_job(job.id).attempts == 2)
    progress = [service.get_job(job.id).progress]
    assert progress[0] > 0.15

    def over() -> bool:
        progress.append(service.get_job(job.id).progress)
        return ended(service, job)

    wait_for(over)
    assert progress == sorted(progress)
    assert len(scripts.runs(video)) == 2
    assert results(service, video.sha256) == 1


def test_job_runs_again_when_the_whole_worker_is_killed(service, scripts, platform, wait_for):
    video, job = scripts.add("slow 3")
    wait_for(lambda: running(service, job))
    child = platform.child()
    platform.worker.kill()
    platform.worker.wait()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    platform.start_worker()
    wait_for(lambda: ended(service, job))
    assert service.get_job(job.id).attempts == 2
    assert results(service, video.sha256) == 1


def test_poison_fails_after_three_attempts_while_others_flow(service, scripts, platform, wait_for):
    video, poison = scripts.add("poison")
    _, other = scripts.add("ok")
    wait_for(lambda: ended(service, other))
    wait_for(lambda: ended(service, poison, "failed"), 120)
    dead = service.get_job(poison.id)
    assert dead.attempts == len(scripts.runs(video)) == 3
    assert dead.error["type"].endswith(":worker-died")


def test_cancelled_job_makes_room_for_the_next(service, scripts, platform, wait_for):
    _, job = scripts.add("slow 300")
    wait_for(lambda: running(service, job))
    assert service.cancel(job.id).state == "cancelled"
    _, after = scripts.add("ok")
    wait_for(lambda: ended(service, after))  # the worker is free again
    assert service.get_job(job.id).state == "cancelled"


def test_what_a_user_asks_for_goes_before_background_work(service, scripts, platform, wait_for):
    _, first = scripts.add("slow 300")
    wait_for(lambda: running(service, first))
    video, _ = scripts.add("ok")
    background = service.submit(video.id, {"sms": {"sigma": 9.0}}, background=True)
    asked = service.submit(video.id, {"sms": {"sigma": 8.0}})
    service.cancel(first.id)
    wait_for(lambda: ended(service, background))
    finished = [service.get_job(job.id).finished_at for job in (asked, background)]
    assert finished == sorted(finished)


def test_deleting_a_video_stops_its_job_and_leaves_nothing(service, scripts, platform, wait_for):
    video, job = scripts.add("slow 300")
    wait_for(lambda: running(service, job))
    service.delete_video(video.id)
    _, after = scripts.add("ok")
    wait_for(lambda: ended(service, after))
    with service.database.write() as session:  # its time to be restored is over
        session.get_one(VideoRow, video.id).deleted_at -= GRACE_S + 1
    blobs = service.settings.data_dir / "blobs"
    service.library.sweep()
    assert not (blobs / "videos" / video.id).exists()
    assert not (blobs / "results" / video.sha256).exists()


def test_queued_jobs_survive_a_flushed_broker(service, scripts, platform, wait_for):
    jobs = [scripts.add("slow 1")[1], scripts.add("ok")[1], scripts.add("ok")[1]]
    wait_for(lambda: running(service, jobs[0]))
    broker.client_of(service.settings).flushall()
    for job in jobs:
        wait_for(lambda job=job: ended(service, job))


def test_jobs_submitted_while_the_broker_is_down_run_later(service, scripts, platform, wait_for):
    wait_for(service.workers)
    platform.broker.kill()
    platform.broker.wait()
    video, job = scripts.add("ok")
    assert job.state == "queued"
    platform.start_broker()
    wait_for(lambda: ended(service, job))
    assert len(scripts.runs(video)) == 1


def test_stopped_worker_gives_its_job_back_uncounted(service, scripts, platform, wait_for):
    _, job = scripts.add("slow 300")
    wait_for(lambda: running(service, job))
    platform.worker.terminate()
    assert platform.worker.wait(60) == 0
    back = service.get_job(job.id)
    assert (back.state, back.attempts) == ("queued", 0)
    service.cancel(job.id)
    platform.start_worker()

"""What the platform says of itself."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.worker.scripted import ScriptedEngine
from worker import leases
from worker.run_job import run_job
from worker.service import Service
from worker.settings import Settings
from worker.system import folder_bytes, settings_in_force, system, versions


def test_a_running_job_is_shown_with_its_worker_until_it_ends(service, scripts):
    video, job = scripts.add("ok")
    before = system(service).queue
    leases.seen(service.database, "w-here", "host", 7)
    lease = leases.claim(service.database, job.id, "w-here", 60)
    lease.write(stage="decode", progress=0.25, device="cpu")
    now = system(service)
    [work] = [work for work in now.work if work.worker_id == "w-here"]
    assert (work.job_id, work.video_id, work.video) == (job.id, video.id, "ok.mp4")
    assert (work.stage, work.progress, work.device) == ("decode", 0.25, "cpu")
    assert (now.queue.waiting, now.queue.running) == (before.waiting - 1, before.running + 1)
    lease.finish("done")
    after = system(service)
    assert [work for work in after.work if work.worker_id == "w-here"] == []
    assert after.queue.done == before.done + 1


def test_the_oldest_waiting_job_is_told(service, scripts):
    started = datetime.now(UTC)
    _, first = scripts.add("ok")
    _, second = scripts.add("ok")
    oldest = system(service).queue.oldest_at
    assert oldest <= first.created_at <= second.created_at
    assert oldest > started - timedelta(minutes=10)


def test_a_workers_device_stays_known_when_the_job_is_over(service, scripts):
    _, job = scripts.add("ok")
    leases.seen(service.database, "w-device", "host", 8)
    run_job(service, job.id, "w-device", ScriptedEngine())
    [worker] = [worker for worker in system(service).workers if worker.id == "w-device"]
    assert worker.device == "cpu"


def test_failures_come_newest_first_and_not_those_of_deleted_videos(service, scripts):
    failed = [scripts.add("error") for _ in range(3)]
    for _, job in failed:
        run_job(service, job.id, "w", ScriptedEngine())
    service.delete_video(failed[1][0].id)
    found = [failure.job_id for failure in system(service).failures]
    assert found[:2] == [failed[2][1].id, failed[0][1].id]
    assert system(service).failures[0].error["hint"] == "Convert it."


def test_secrets_do_not_leave(tmp_path):
    secrets = {
        "token": "t-hunter", "redis_url": "redis://:r-hunter@host/0",
        "database_url": f"sqlite:///{tmp_path}/d-hunter.sqlite", "blob_url": f"{tmp_path}/b-hunter",
    }  # fmt: skip
    service = Service(Settings(data_dir=tmp_path, **secrets))
    now = system(service)
    service.close()
    assert "hunter" not in repr(now)
    hidden = {setting.name: setting for setting in now.settings if setting.is_secret}
    assert set(hidden) == {f"KAIROSCOPE_{name.upper()}" for name in secrets}
    assert all(setting.is_set and setting.value is None for setting in hidden.values())
    assert now.backends.broker == "KAIROSCOPE_REDIS_URL"
    assert now.backends.broker_messages is None


def test_settings_tell_what_was_set(tmp_path):
    found = {s.name: s for s in settings_in_force(Settings(data_dir=tmp_path, token="", port=99))}
    assert (found["KAIROSCOPE_PORT"].value, found["KAIROSCOPE_PORT"].is_set) == ("99", True)
    assert found["KAIROSCOPE_HOST"].is_set is False
    assert found["KAIROSCOPE_TOKEN"].is_set is False


@pytest.mark.parametrize("gone", [True, False])
def test_bytes_of_a_folder(tmp_path, gone):
    folder = tmp_path / "cache"
    if not gone:
        (folder / "deep").mkdir(parents=True)
        (folder / "a").write_bytes(b"12")
        (folder / "deep" / "b").write_bytes(b"345")
    assert folder_bytes(folder) == (0 if gone else 5)


def test_versions_are_those_of_the_installed_libraries():
    import av
    import numpy

    found = versions()
    assert found["numpy"] == numpy.__version__
    assert found["libavcodec"] == ".".join(map(str, av.library_versions["libavcodec"]))

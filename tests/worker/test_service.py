"""The service without any worker: videos, jobs and their errors."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from model.errors import InvalidParameter, UnknownMethod, UnreadableVideo
from model.video.probe import probe
from worker import library
from worker.errors import Conflict, IdempotencyConflict, NotFound
from worker.keys import analysis_key
from worker.service import Service
from worker.settings import Settings


def test_same_bytes_are_the_same_video(service, scripts, tmp_path):
    video, _ = scripts.add("ok")
    copy = tmp_path / "copy"
    copy.write_bytes(service.blobs.read(f"videos/{video.id}/original"))
    assert service.add_video(copy, "another name.mp4") == video
    assert not copy.exists()
    assert len(service.jobs_of(video.id)) == 1


def test_one_video_and_one_job_when_the_same_file_arrives_many_times_at_once(service, tmp_path):
    def add(number):
        path = tmp_path / f"{number}"
        path.write_text("ok at once")
        return service.add_video(path, "x.mp4")

    with ThreadPoolExecutor(8) as pool:
        videos = {video.id for video in pool.map(add, range(8))}
    assert len(videos) == 1
    assert len(service.jobs_of(videos.pop())) == 1


def test_unreadable_file_is_refused_and_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("worker.service.probe", probe)
    service = Service(Settings(data_dir=tmp_path / "data"))
    path = tmp_path / "x.mp4"
    path.write_bytes(b"")
    with pytest.raises(UnreadableVideo):
        service.add_video(path, "x.mp4")
    assert path.exists()
    assert service.list_videos() == []
    assert service.counts()["queued"] == 0
    service.close()


def test_videos_are_listed_newest_first_and_found_by_name(tmp_path, service, scripts):
    path = tmp_path / "file"
    for name in ("Pole_Vault%1.mp4", "pole vault 2.mp4"):
        path.write_text(f"ok {name}")
        service.add_video(path, name)
    names = [video.name for video in service.list_videos(limit=2)]
    assert names == ["pole vault 2.mp4", "Pole_Vault%1.mp4"]
    assert [video.name for video in service.list_videos(query="VAULT%")] == ["Pole_Vault%1.mp4"]
    assert len(service.list_videos(offset=1, limit=1, query="vault")) == 1


@pytest.mark.parametrize(
    ("methods", "keyframes", "error", "pointer"),
    [
        ({"nosuch": {}}, None, UnknownMethod, "/methods/nosuch"),
        ({}, None, UnknownMethod, "/methods"),
        ({"sms": {"colour": 1}}, None, InvalidParameter, "/methods/sms/colour"),
        ({"sms": {"prominence": float("nan")}}, None, InvalidParameter, "/methods/sms/prominence"),
        (None, -1, InvalidParameter, "/keyframes"),
        (None, True, InvalidParameter, "/keyframes"),
    ],
)
def test_bad_requests_name_their_field(service, scripts, methods, keyframes, error, pointer):
    video = service.list_videos()[0]
    with pytest.raises(error) as raised:
        service.submit(video.id, methods, keyframes)
    assert raised.value.pointer == pointer


def test_idempotency_key_answers_with_the_same_job(service, scripts):
    video, _ = scripts.add("ok")
    job = service.submit(video.id, {"sms": {}}, 4, idempotency_key="k")
    service.cancel(job.id)
    assert service.submit(video.id, {"sms": {}}, 4, idempotency_key="k").id == job.id
    with pytest.raises(IdempotencyConflict):
        service.submit(video.id, {"sms": {}}, 5, idempotency_key="k")


def test_cancel_while_queued_is_immediate_and_final(service, scripts):
    _, job = scripts.add("ok")
    assert service.cancel(job.id).state == "cancelled"
    with pytest.raises(Conflict):
        service.cancel(job.id)
    with pytest.raises(Conflict):
        service.result(job.id)


def test_unknown_ids_are_not_found(service):
    for call in (service.get_video, service.delete_video, service.jobs_of, service.submit,
                 service.get_job, service.result, service.cancel):  # fmt: skip
        with pytest.raises(NotFound):
            call("nosuch")


def test_deleting_a_video_deletes_all_of_it(service, scripts, monkeypatch):
    video, job = scripts.add("ok")
    service.delete_video(video.id)
    for gone, of in ((service.get_job, job), (service.result, job), (service.get_video, video),
                     (service.jobs_of, video), (service.delete_video, video)):  # fmt: skip
        with pytest.raises(NotFound):
            gone(of.id)
    assert service.blobs.exists(f"videos/{video.id}/original")
    monkeypatch.setattr(library, "GRACE_S", 0.0)
    service.library.sweep()
    assert not service.blobs.exists(f"videos/{video.id}/original")
    assert not service.library.holds(video.id)


def test_a_file_stays_until_its_analysis_is_queued(service, tmp_path, monkeypatch):
    path = tmp_path / "x"
    path.write_text("ok that stays")

    def killed(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(service, "submit", killed)
        with pytest.raises(SystemExit):
            service.add_video(path, "x.mp4")
    video = service.add_video(path, "x.mp4")  # as the web server does with an unfinished upload
    assert [job.state for job in service.jobs_of(video.id)] == ["queued"]
    assert not path.exists()


def test_key_depends_on_everything_that_determines_a_result(tmp_path):
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"1")
    settings = Settings(data_dir=tmp_path, weights=weights)
    base = analysis_key(settings, "a", {"sms": {"sigma": 2.0}}, None)
    other_flow = settings.model_copy(update={"flow": "tvl1"})
    keys = {
        base,
        analysis_key(settings, "b", {"sms": {"sigma": 2.0}}, None),
        analysis_key(settings, "a", {"sms": {"sigma": 3.0}}, None),
        analysis_key(settings, "a", {"sms": {"sigma": 2.0}}, 4),
        analysis_key(other_flow, "a", {"sms": {"sigma": 2.0}}, None),
    }
    weights.write_bytes(b"22")
    keys.add(analysis_key(settings, "a", {"sms": {"sigma": 2.0}}, None))
    assert len(keys) == 6
    weights.write_bytes(b"1")
    assert analysis_key(settings, "a", {"sms": {"sigma": 2.0}}, None) == base


@pytest.mark.slow
def test_only_a_running_job_loads_torch():
    modules = "worker.tasks, worker.supervise, worker.gallery"
    code = f"import sys, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

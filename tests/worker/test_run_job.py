"""A job from claim to result, in this process and without a broker."""

import pytest

from tests.checkpoints import write_recogniser
from tests.worker.scripted import ScriptedEngine
from worker import leases, library
from worker.run_job import run_job


@pytest.fixture
def run(service):
    return lambda job: run_job(service, job.id, "worker-1", ScriptedEngine())


def test_the_same_analysis_is_the_same_job_and_computed_once(service, scripts, run):
    video, job = scripts.add("ok")
    assert service.submit(video.id).id == job.id
    run(job)
    run(job)  # a message delivered twice
    again = service.submit(video.id)
    assert (again.id, again.state) == (job.id, "done")
    assert len(scripts.runs(video)) == 1


def test_methods_of_earlier_analyses_are_not_run_again(service, scripts, run):
    video, job = scripts.add("ok")
    run(job)
    first = service.result(job.id)
    second = service.submit(video.id, {"sms": {}, "uniform": {"count": 3}})
    run(second)
    assert scripts.runs(video)[1:] == ["uniform False"]  # neither sms nor the network
    result = service.result(second.id)
    assert list(result["methods"]) == ["sms", "uniform"]
    assert result["methods"]["sms"] == first["methods"]["sms"]
    assert result["steps"] == first["steps"]
    assert result["provenance"]["reused"] == ["sms"]
    assert result["provenance"]["attention"] == {"device": "cpu"}
    assert result["provenance"]["file"] == video.name
    assert list(result["recognition"]["methods"]) == ["sms", "uniform"]
    third = service.submit(video.id, {"sms": {}}, keyframes=5)
    run(third)
    assert len(service.result(third.id)["methods"]["sms"]["keyframes"]) == 5


def test_the_network_runs_again_for_a_recogniser_that_reads_its_gate(
    service, scripts, run, tmp_path, monkeypatch
):
    weights = write_recogniser(tmp_path / "a.safetensors", "arch", origin={"selection": "rtsae"})
    own = {"recognizer": "arch", "recognizer_weights": weights}
    monkeypatch.setattr(service, "settings", service.settings.model_copy(update=own))
    video, job = scripts.add("ok")
    run(job)
    run(service.submit(video.id, {"sms": {}, "uniform": {"count": 3}}))
    assert scripts.runs(video)[1:] == ["uniform True"]


def test_a_known_analysis_keeps_its_recognition(service, scripts, run):
    video, job = scripts.add("ok")
    run(job)
    whole = service.result(job.id)["recognition"]
    part = service.submit(video.id, {"sms": {}})
    run(part)
    assert len(scripts.runs(video)) == 1
    recognition = service.result(part.id)["recognition"]
    assert recognition == {**whole, "methods": {"sms": whole["methods"]["sms"]}}


def test_failure_keeps_its_code_and_a_new_try_is_a_new_job(service, scripts, run):
    video, job = scripts.add("error")
    run(job)
    failed = service.get_job(job.id)
    assert failed.state == "failed"
    assert failed.error["type"] == "urn:kairoscope:problem:unreadable-video"
    assert failed.error["hint"] == "Convert it."
    assert service.submit(video.id).id != job.id


def test_a_bug_fails_the_job_at_once_and_reaches_the_log(service, scripts, run):
    _, job = scripts.add("bug")
    with pytest.raises(ZeroDivisionError):
        run(job)
    failed = service.get_job(job.id)
    assert failed.state == "failed"
    assert failed.error["type"].endswith(":internal-error")
    assert job.id in failed.error["detail"]


def test_decoded_frames_replace_the_claim(service, scripts, run):
    video, job = scripts.add("ok")
    assert video.duration_s == 1.6
    assert not video.derivatives_ready
    run(job)
    video = service.get_video(video.id)
    assert (video.frames, video.duration_s) == (40, 1.6)
    assert service.blobs.read(f"videos/{video.id}/preview.mp4") == b"preview.mp4"
    assert list((service.settings.data_dir / "scratch").iterdir()) == []


def test_attempt_that_lost_its_lease_writes_nothing(service, scripts, monkeypatch):
    _, job = scripts.add("ok")

    class Stolen(ScriptedEngine):
        def analyze(self, *arguments):
            leases.release(service.database, "worker-1")
            return super().analyze(*arguments)

    run_job(service, job.id, "worker-1", Stolen())
    back = service.get_job(job.id)
    assert (back.state, back.attempts, back.finished_at) == ("queued", 0, None)


def test_progress_never_falls_when_a_job_runs_again(service, scripts):
    _, job = scripts.add("ok")
    lease = leases.claim(service.database, job.id, "worker-0", 60)
    lease.write(progress=0.7)
    leases.release(service.database, "worker-0")
    seen = []

    class Watched(ScriptedEngine):
        def analyze(self, video, methods, keyframes, attention, on_progress, cancelled):
            def note(progress):
                on_progress(progress)
                seen.append(service.get_job(job.id).progress)

            return super().analyze(video, methods, keyframes, attention, note, cancelled)

    run_job(service, job.id, "worker-1", Watched())
    assert seen[0] == 0.7
    assert seen == sorted(seen)


def test_a_video_deleted_right_after_the_claim_is_no_failure(service, scripts, run, monkeypatch):
    video, job = scripts.add("ok")
    claim = leases.claim

    def claim_then_delete(*arguments):
        lease = claim(*arguments)
        service.delete_video(video.id)
        return lease

    monkeypatch.setattr(leases, "claim", claim_then_delete)
    run(job)
    assert scripts.runs(video) == []
    assert not service.blobs.exists(f"videos/{video.id}/preview.mp4")


def test_the_late_end_of_a_deleted_video_spares_the_same_file_come_again(
    service, scripts, run, monkeypatch
):
    monkeypatch.setattr(library, "GRACE_S", 0.0)
    video, job = scripts.add("ok")

    class Overtaken(ScriptedEngine):
        """Its video is deleted, uploaded again and analysed while it works."""

        def analyze(self, original, *arguments):
            analysis = super().analyze(original, *arguments)
            path = service.settings.data_dir / "again"
            path.write_bytes(original.read_bytes())
            service.delete_video(video.id)
            [self.job] = service.jobs_of(service.add_video(path, "again.mp4").id)
            run(self.job)
            return analysis

    engine = Overtaken()
    run_job(service, job.id, "worker-2", engine)
    assert not service.blobs.exists(f"videos/{video.id}/preview.mp4")
    assert service.result(engine.job.id)["methods"]

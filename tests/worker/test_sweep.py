"""What a killed process leaves is swept, what a running job uses is not."""

from worker import leases
from worker.sweep import sweep


def test_only_what_no_running_job_uses_goes(service, scripts):
    data_dir, blobs = service.settings.data_dir, service.settings.data_dir / "blobs"
    (video, job), (dead_video, dead_job) = scripts.add("ok"), scripts.add("ok")
    leases.claim(service.database, job.id, "alive", 60)
    leases.claim(service.database, dead_job.id, "dead", -1)  # it ran out
    for name in (job.id, dead_job.id, "gallery"):
        (data_dir / "scratch" / name).mkdir(parents=True)
        (data_dir / "scratch" / name / "preview.mp4").write_bytes(b"x")
    parts = [blobs / "videos" / v.id / ".preview.mp4.0123abcd" for v in (video, dead_video)]
    result = blobs / "results" / dead_video.sha256 / ".key.json.0123abcd"
    cached = data_dir / "cache" / "videos" / "gone" / ".original.0123abcd"
    for path in (*parts, result, cached):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    sweep(service.settings, service.database)
    assert [path.name for path in (data_dir / "scratch").iterdir()] == [job.id]
    assert [path.exists() for path in (*parts, result, cached)] == [True, False, False, False]
    assert service.blobs.exists(f"videos/{dead_video.id}/original")
    sweep(service.settings, service.database)

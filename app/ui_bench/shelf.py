"""Fills the library that is measured, past uploads and analyses: straight into database and blob
store, as the worker leaves them."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sqlalchemy import insert

from app.ui_bench.made import made_analysis
from model.types import Clip, VideoInfo
from model.video.decode import open_clip
from model.video.preview import write_derivatives
from model.video.probe import probe, sha256_of
from worker.blobs import result_key
from worker.database import JobRow, TagRow, VideoRow
from worker.keys import complete_methods
from worker.service import Service, new_id

LONG_AGO = 1_700_000_000.0  # s since the epoch; one second further for each video that is added
TAGS = ("jump", "throw", "dive", "gymnastics", "training", "final")


def decoded(path: Path) -> Clip:
    """The clip as the product's decoder finds it."""
    with open_clip(path) as stream:
        for _ in stream:
            pass
    return stream.clip


def undecoded(path: Path, times: Sequence[float]) -> Clip:
    """The clip by the times at which it was written, which spares a decode of a long one."""
    times_T = np.asarray(times, np.float64)
    found = probe(path)
    duration_s = float(times_T[-1] + times_T[-1] - times_T[-2])
    info = VideoInfo(
        sha256_of(path), len(times_T), found.claimed_frames, found.width, found.height, duration_s,
        found.codec, found.container,
    )  # fmt: skip
    return Clip(info, times_T)


def add_video(service: Service, path: Path, clip: Clip, runs: int, keyframes: int) -> str:
    """The id of the clip in the library, with what the browser plays and `runs` finished analyses;
    each keeps one frame more than the one before, the newest `keyframes`."""
    video_id, sha256 = new_id(), clip.info.sha256
    service.blobs.put(f"videos/{video_id}/original", path)
    with TemporaryDirectory(dir=path.parent) as folder:
        write_derivatives(path, Path(folder))
        for derived in Path(folder).iterdir():
            service.blobs.put(f"videos/{video_id}/{derived.name}", derived)
    jobs = []
    for run in range(runs):
        job = _job(video_id, LONG_AGO + run)
        analysis = made_analysis(clip, max(1, keyframes - runs + 1 + run), seed=run)
        service.blobs.put(result_key(sha256, job["key"]), json.dumps(analysis.to_json()).encode())
        jobs.append(job)
    with service.database.write() as session:
        session.execute(insert(VideoRow), [_video(video_id, path.name, clip.info, LONG_AGO)])
        session.execute(insert(JobRow), jobs)
    return video_id


def add_many(service: Service, number: int, model_id: str, clip: Clip, pictured: int) -> None:
    """Put `number` analysed videos before all others, every third with a tag, the newest `pictured`
    with the thumbnail of the video `model_id`: nobody sees the others."""
    ids = [new_id() for _ in range(number)]
    thumbnail = service.blobs.local_path(f"videos/{model_id}/thumbnail.jpg")
    for video_id in ids[-pictured:]:
        service.blobs.put(f"videos/{video_id}/thumbnail.jpg", thumbnail)
    added = [LONG_AGO + 1000 + place for place in range(number)]
    videos = [
        _video(video_id, f"clip {place:05d}.mp4", clip.info, at, secrets.token_hex(32))
        for place, (video_id, at) in enumerate(zip(ids, added, strict=True))
    ]
    tags = [
        {"video_id": video_id, "tag": TAGS[place % len(TAGS)]}
        for place, video_id in enumerate(ids[::3])
    ]
    with service.database.write() as session:
        session.execute(insert(VideoRow), videos)
        session.execute(insert(JobRow), [_job(*pair) for pair in zip(ids, added, strict=True)])
        session.execute(insert(TagRow), tags)


def _video(
    video_id: str, name: str, info: VideoInfo, at: float, sha256: str | None = None
) -> dict[str, Any]:
    return {
        "id": video_id,
        "name": name,
        "sha256": sha256 or info.sha256,
        "created_at": at,
        "opened_at": at,
        "bytes": 1_000_000,
        "derived_bytes": 1_000_000,
        "frames": info.frames,
        "width": info.width,
        "height": info.height,
        "duration_s": info.duration_s,
        "codec": info.codec,
        "container": info.container,
        "warnings": [],
        "derivatives_ready": True,
    }


def _job(video_id: str, at: float) -> dict[str, Any]:
    return {
        "id": new_id(),
        "video_id": video_id,
        "key": secrets.token_hex(32),
        "methods": complete_methods(None),
        "state": "done",
        "stage": "",
        "progress": 1.0,
        "result_bytes": 1_000_000,
        "device": "cpu",
        "created_at": at,
        "started_at": at,
        "finished_at": at,
    }

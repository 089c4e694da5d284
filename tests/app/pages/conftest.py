"""Videos, jobs, and a service that hands them out."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from model.evaluation.truth import GroundTruth
from model.evaluation.truth_formats import of_scene
from model.types import Analysis, Clip, FrameScores, Keyframes, VideoInfo
from worker.errors import NotFound
from worker.settings import Settings
from worker.types import Job, Listing, Video

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PHASE = {"name": "flight", "start": 2, "end": 6, "start_s": 0.2, "end_s": 0.6, "decisive": True}


@dataclass
class Shelf:
    """As much of worker.service.Service as the pages read."""

    videos: list[Video] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)  # newest first
    results: dict[str, Any] = field(default_factory=dict)
    marked: dict[str, GroundTruth] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def library(self) -> "Shelf":
        return self

    def find(self, listing: Listing, offset: int, limit: int) -> list[Video]:
        wanted = set(listing.tags)
        found = [v for v in self.videos if listing.query in v.name and wanted <= set(v.tags)]
        found = [v for v in found if listing.gallery in (None, v.gallery)]
        return found[offset : offset + limit]

    def count(self, listing: Listing) -> int:
        return len(self.find(listing, 0, len(self.videos)))

    def opened(self, video_id: str) -> None:
        pass

    def get_video(self, video_id: str) -> Video:
        for video in self.videos:
            if video.id == video_id:
                return video
        raise NotFound(f"no video {video_id!r}", "It may have been deleted.")

    def jobs_of(self, video_id: str) -> list[Job]:
        return [job for job in self.jobs if job.video_id == video_id]

    def latest_jobs(self, video_ids: Any) -> dict[str, Job]:
        return {id: self.jobs_of(id)[0] for id in video_ids if self.jobs_of(id)}

    def annotations(self, video_id: str) -> GroundTruth | None:
        return self.marked.get(video_id)

    def ground_truth(self, video_id: str) -> GroundTruth | None:
        own = self.get_video(video_id).truth
        return self.annotations(video_id) or (of_scene(own) if own else None)

    def result(self, job_id: str) -> dict[str, Any]:
        return dict(self.results[job_id])


@pytest.fixture
def video() -> Video:
    truth = {"phases": [PHASE]}
    return Video(
        id="v1", name="jump.avi", sha256="0" * 64, created_at=NOON, bytes=1, frames=12, width=64,
        height=48, duration_s=1.2, codec="mpeg4", container="AVI", warnings=(),
        derivatives_ready=True, gallery=False, truth=truth,
    )  # fmt: skip


@pytest.fixture
def job() -> Job:
    values: dict[str, Any] = dict.fromkeys(Job.__dataclass_fields__)
    methods: dict[str, Any] = {"rtsae": {}, "uniform": {}}
    values |= {"id": "j1", "video_id": "v1", "state": "running", "stage": "decode"}
    values |= {"progress": 0.42, "eta_s": 7.0, "created_at": NOON, "methods": methods}
    return Job(**values)


@pytest.fixture
def steps() -> FrameScores:
    index_S = np.arange(0, 12, 2)
    gate_S = np.array([0.9, 0.2, 0.3, 0.8, 0.1, 0.1])
    phi_S = np.array([0.1, 0.1, 0.2, 0.4, 0.1, 0.1])
    return FrameScores(index_S, index_S / 10, phi_S, gate_S, gate_S > 0.5)


@pytest.fixture
def analysis(steps: FrameScores) -> Analysis:
    info = VideoInfo("0" * 64, 12, 14, 64, 48, 1.2, warnings=("2 frames do not decode.",))
    index_K = np.array([0, 6])
    kept = Keyframes("rtsae", index_K, index_K / 10, np.ones(2), seconds=1.5, notices=("Few.",))
    every = Keyframes("uniform", np.array([6]), np.array([0.6]), np.ones(1))
    compute = {"operations": {"full": 8e9, "spent": 2e9}}
    methods = {"rtsae": kept, "uniform": every}
    clip = Clip(info, np.arange(12) / 10)
    return Analysis(clip, steps, methods, recognition(), compute)


def recognition() -> dict[str, Any]:
    """Kept on the keyframes of rtsae, lost on those of uniform."""

    def entry(jump: float, frames: int, **more: Any) -> dict[str, Any]:
        tops = {"long jump": jump, "pole vault": 1 - jump}
        ranked = sorted(tops.items(), key=lambda item: -item[1])
        top = [{"label": label, "probability": p} for label, p in ranked]
        return {"top": top, "frames": frames, "multiply_adds": frames * 1e9, **more}

    return {
        "recognizer": "rtsae-dscnn",
        "weights": {"name": "compact", "sha256": "0" * 64},
        "classes": 2,
        "steps": 8,
        "full_multiply_adds": 8e9,
        "whole": entry(0.75, 4),
        "methods": {"rtsae": entry(0.6, 2, kept=True), "uniform": entry(0.3, 1, kept=False)},
        "notices": ["Keyframes are recognised at the nearest of 8 steps."],
    }


@pytest.fixture
def shelf(video: Video, job: Job) -> Shelf:
    return Shelf([video], [job])


@pytest.fixture
def finished(shelf: Shelf, job: Job, analysis: Analysis) -> Shelf:
    shelf.jobs = [replace(job, state="done", stage="", progress=1.0, eta_s=None)]
    shelf.results["j1"] = analysis.to_json()
    return shelf

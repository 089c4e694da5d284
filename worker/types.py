"""What the service hands out: plain frozen values, detached from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["queued", "running", "done", "failed", "cancelled"]
FINISHED: tuple[State, ...] = ("done", "failed", "cancelled")


@dataclass(frozen=True)
class Video:
    """A stored video. `frames` and `duration_s` are the header's claim until an analysis has
    decoded it; `truth` is a rendered scene's ground truth."""

    id: str
    name: str
    sha256: str
    created_at: datetime
    bytes: int
    frames: int | None
    width: int
    height: int
    duration_s: float | None
    codec: str
    container: str
    warnings: tuple[str, ...]
    derivatives_ready: bool
    gallery: bool
    truth: Mapping[str, Any] | None


@dataclass(frozen=True)
class Job:
    """One analysis. `progress` is in [0, 1] and never falls; `partial` is FrameScores as JSON
    while it runs; `error` is a problem object; `revision` grows with every visible change."""

    id: str
    video_id: str
    state: State
    stage: str
    progress: float
    eta_s: float | None
    attempts: int
    partial: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    methods: Mapping[str, Mapping[str, Any]]
    keyframes: int | None
    device: str | None
    revision: int

    @property
    def finished(self) -> bool:
        """Whether the job will not change any more."""
        return self.state in FINISHED


@dataclass(frozen=True)
class Worker:
    """A living worker process."""

    id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime

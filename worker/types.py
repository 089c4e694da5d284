"""What the service hands out: plain frozen values, detached from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["queued", "running", "done", "failed", "cancelled"]
Standing = Literal["active", "queued", "running", "done", "failed", "cancelled", "none"]
Sort = Literal["added", "name", "duration", "frames", "size"]
Order = Literal["asc", "desc"]
FINISHED: tuple[State, ...] = ("done", "failed", "cancelled")
IMPORTED_EACH = 3  # clips of a class that an import takes, where nobody says how many


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
    tags: tuple[str, ...] = ()
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Listing:
    """Which videos a list shows, and in which order.

    `query` is a part of the name or of a tag, any case; `tags` are all wanted; `state` is that of
    the newest analysis, "active" is queued or running, "none" is not analysed; `order` is by
    default the one that `sort` suggests: names rise, all else falls.
    """

    query: str = ""
    tags: tuple[str, ...] = ()
    state: Standing | None = None
    gallery: bool | None = None
    sort: Sort = "added"
    order: Order | None = None


@dataclass(frozen=True)
class Storage:
    """The room that videos take, bytes; `free_bytes` is None where nobody knows it."""

    videos: int
    originals_bytes: int
    derivatives_bytes: int
    results_bytes: int
    free_bytes: int | None
    retention_days: float | None


@dataclass(frozen=True)
class Job:
    """One analysis. `progress` is in [0, 1] and never falls; `partial` is FrameScores as JSON
    while it runs; `error` is a problem object; `revision` grows with every visible change;
    `attention` names the attention checkpoint where it is not the one in use."""

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
    attention: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the job will not change any more."""
        return self.state in FINISHED


@dataclass(frozen=True)
class Worker:
    """A living worker process; `device` is where its networks ran last."""

    id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    device: str | None = None

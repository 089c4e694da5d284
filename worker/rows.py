"""Database rows to the plain values of worker.types."""

from datetime import UTC, datetime
from typing import cast

from worker.database import JobRow, VideoRow, WorkerRow
from worker.types import Job, State, Video, Worker


def video_from(row: VideoRow) -> Video:
    """The value of a video row."""
    return Video(
        id=row.id,
        name=row.name,
        sha256=row.sha256,
        created_at=moment(row.created_at),
        bytes=row.bytes,
        frames=row.frames,
        width=row.width,
        height=row.height,
        duration_s=row.duration_s,
        codec=row.codec,
        container=row.container,
        warnings=tuple(row.warnings),
        derivatives_ready=row.derivatives_ready,
        gallery=row.gallery,
        truth=row.truth,
        tags=tuple(tag.tag for tag in row.tags),
        opened_at=moment(row.opened_at) if row.opened_at else None,
    )


def job_from(row: JobRow) -> Job:
    """The value of a job row."""
    return Job(
        id=row.id,
        video_id=row.video_id,
        state=cast(State, row.state),
        stage=row.stage,
        progress=row.progress,
        eta_s=row.eta_s,
        attempts=row.attempts,
        partial=row.partial,
        error=row.error,
        created_at=moment(row.created_at),
        started_at=moment(row.started_at) if row.started_at else None,
        finished_at=moment(row.finished_at) if row.finished_at else None,
        methods=row.methods,
        keyframes=row.keyframes,
        device=row.device,
        revision=row.revision,
        attention=row.attention,
    )


def worker_from(row: WorkerRow) -> Worker:
    """The value of a worker row."""
    return Worker(
        row.id, row.host, row.pid, moment(row.started_at), moment(row.seen_at), row.device
    )


def moment(seconds: float) -> datetime:
    """A time of the database."""
    return datetime.fromtimestamp(seconds, UTC)

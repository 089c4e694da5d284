"""The videos of a list of the library, each with its newest run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.exports.lists.records import Records
from worker.library import Library
from worker.types import Job, Listing, Video

PAGE = 500  # videos read at a time


@dataclass(frozen=True)
class LibraryVideo:
    """A video, and its newest run: `state` is "none" and the rest of the run empty without one;
    `error` is the cause of a failure."""

    id: str
    name: str
    tags: tuple[str, ...]
    gallery: bool
    state: str
    run: str | None
    methods: tuple[str, ...]
    keyframes: int | None
    attention: str | None
    error: str | None
    run_at: datetime | None
    added_at: datetime
    opened_at: datetime | None
    duration_s: float | None
    frames: int | None
    width: int
    height: int
    bytes: int
    codec: str
    container: str
    sha256: str


LIBRARY = Records(LibraryVideo, "kairoscope/library@1")


def videos_of(library: Library, listing: Listing) -> Iterator[LibraryVideo]:
    """All videos that the listing asks for, in its order."""
    start = 0
    while videos := library.find(listing, start, PAGE):
        jobs = library.latest_jobs(video.id for video in videos)
        yield from (_record(video, jobs.get(video.id)) for video in videos)
        start += PAGE


def _record(video: Video, job: Job | None) -> LibraryVideo:
    error = job.error if job else None
    return LibraryVideo(
        id=video.id,
        name=video.name,
        tags=video.tags,
        gallery=video.gallery,
        state=job.state if job else "none",
        run=job.id if job else None,
        methods=tuple(job.methods) if job else (),
        keyframes=job.keyframes if job else None,
        attention=job.attention if job else None,
        error=str(error.get("detail", "")) if error else None,
        run_at=job.created_at if job else None,
        added_at=video.created_at,
        opened_at=video.opened_at,
        duration_s=video.duration_s,
        frames=video.frames,
        width=video.width,
        height=video.height,
        bytes=video.bytes,
        codec=video.codec,
        container=video.container,
        sha256=video.sha256,
    )

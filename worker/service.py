"""The one door to the platform: what the web server and the command line may ask for.

Loads no torch. The database is the truth; a message only wakes a worker, so every call here
works, and nothing is forgotten, while the broker is down.
"""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from model import methods as registered
from model.evaluation.truth import GroundTruth
from model.evaluation.truth_formats import of_scene
from model.video.limits import Limits
from model.video.probe import Probe, probe, sha256_of
from worker import keys, models
from worker.blobs import Blobs, result_key
from worker.database import Database, JobRow, VideoRow, WorkerRow, clock
from worker.errors import Conflict, IdempotencyConflict, NotFound
from worker.leases import WORKER_SILENT_S, cancelling
from worker.library import ALIVE, Library
from worker.messages import make_celery, send
from worker.rows import job_from, video_from, worker_from
from worker.settings import Settings
from worker.types import FINISHED, Job, Listing, Video, Worker


class Service:
    """Videos, jobs and results. Safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        registered.plug_in(settings.plugin_files)
        self.settings = settings
        self.database = Database(settings)
        self.blobs = Blobs(settings)
        self.library = Library(settings, self.database, self.blobs)
        self.celery = make_celery(settings)

    # Videos

    def add_video(
        self,
        path: Path,
        name: str,
        *,
        gallery: bool = False,
        truth: Mapping[str, Any] | None = None,
    ) -> Video:
        """Take a file over (it is gone from `path` afterwards) and queue its analysis by every
        default method. The same bytes again are the same video.

        Raises UnreadableVideo or VideoTooLarge (the file stays), StorageFull.
        """
        sha256 = sha256_of(path)
        video = self.get_video(known) if (known := self.library.again(sha256)) else None
        if video is None:
            found = probe(path, limits(self.settings))
            video = self._store(path, _row(name, sha256, path, found, gallery, truth))
        self.submit(video.id, background=gallery)
        path.unlink(missing_ok=True)  # last: a process killed before can do all of it again
        return video

    def list_videos(
        self, offset: int = 0, limit: int = 50, query: str | None = None
    ) -> list[Video]:
        """Videos, newest first, whose name or tags contain `query` (any case)."""
        return self.library.find(Listing(query or ""), offset, limit)

    def get_video(self, video_id: str) -> Video:
        """The video. Raises NotFound."""
        video = self._video_where(VideoRow.id == video_id)
        if video is None:
            raise _no_video(video_id)
        return video

    def set_annotations(self, video_id: str, truth: GroundTruth | None) -> None:
        """Keep what people marked in a video instead of what was there; None removes it. Raises
        NotFound."""
        wanted = update(VideoRow).where(VideoRow.id == video_id).returning(VideoRow.id)
        with self.database.write() as session:
            kept = wanted.values(annotations=truth.to_json() if truth else None)
            if session.scalar(kept) is None:
                raise _no_video(video_id)

    def annotations(self, video_id: str) -> GroundTruth | None:
        """What people marked in the video, if anybody did. Raises NotFound."""
        with self.database.read() as session:
            wanted = select(VideoRow.annotations).where(VideoRow.id == video_id)
            row = session.execute(wanted).one_or_none()
        if row is None:
            raise _no_video(video_id)
        return GroundTruth.from_json(row.annotations) if row.annotations else None

    def ground_truth(self, video_id: str) -> GroundTruth | None:
        """What people marked, with a rendered scene's own phases where they marked none; None
        without either. Raises NotFound."""
        own = self.get_video(video_id).truth
        scene = of_scene(own) if own and own.get("phases") else None
        people = self.annotations(video_id)
        if people and scene and not people.phases:
            return replace(people, phases=scene.phases)
        return people or scene

    def delete_video(self, video_id: str) -> None:
        """Delete a video, its jobs and its results, for a while so that `library.restore` undoes
        it; running work on it stops. Raises NotFound."""
        deleted, _ = self.library.delete([video_id])
        if not deleted:
            raise _no_video(video_id)

    # Jobs

    def submit(
        self,
        video_id: str,
        methods: Mapping[str, Mapping[str, Any]] | None = None,
        keyframes: int | None = None,
        idempotency_key: str | None = None,
        *,
        background: bool = False,
        attention: str | None = None,
    ) -> Job:
        """The job of this analysis: a new one, or the one in flight or done with the same key.

        `methods` maps names to parameters, None means every default method; `background` work
        waits until no other does; `attention` names another checkpoint than the one in use.
        Raises NotFound, UnknownMethod, InvalidParameter, IdempotencyConflict.
        """
        video = self.get_video(video_id)
        if not background:
            self.library.opened(video_id)
        complete = keys.complete_methods(methods)
        keys.check_keyframes(keyframes)
        attention = models.another(self.settings, attention)
        key = keys.analysis_key(self.settings, video.sha256, complete, keyframes, attention)
        job = self._repeated(idempotency_key, key) or self._known(video, key)
        if job is not None:
            return job
        row = JobRow(
            id=new_id(),
            video_id=video.id,
            key=key,
            idempotency_key=idempotency_key,
            methods=complete,
            keyframes=keyframes,
            attention=attention,
            background=background,
        )
        try:
            with self.database.write() as session:
                session.add(row)
        except IntegrityError:  # another request was faster, or the video is gone
            return self.submit(
                video_id, methods, keyframes, idempotency_key,
                background=background, attention=attention,
            )  # fmt: skip
        self.wake(row.id, background)
        return self.get_job(row.id)

    def wake(self, job_id: str, background: bool) -> None:
        """Send the job's id to the workers; while the broker is down it stays in the outbox."""
        if send(self.celery, job_id, background):
            sent = update(JobRow).where(JobRow.id == job_id).values(sent_at=clock())
            with self.database.write() as session:
                session.execute(sent)

    def get_job(self, job_id: str) -> Job:
        """The job. Raises NotFound."""
        with self.database.read() as session:
            return job_from(_job_row(session, job_id))

    def jobs_of(self, video_id: str) -> list[Job]:
        """The jobs of a video, newest first. Raises NotFound."""
        self.get_video(video_id)
        wanted = (
            select(JobRow)
            .where(JobRow.video_id == video_id)
            .order_by(JobRow.created_at.desc(), JobRow.id.desc())
        )
        with self.database.read() as session:
            return [job_from(row) for row in session.scalars(wanted)]

    def result(self, job_id: str) -> dict[str, Any]:
        """The analysis, schema kairoscope/analysis@1. Raises NotFound, Conflict before it is
        done."""
        with self.database.read() as session:
            row = _job_row(session, job_id)
            key, state = result_key(row.video.sha256, row.key), row.state
        if state != "done":
            raise Conflict(f"the analysis is {state}, wanted done", "Follow its events.")
        analysis: dict[str, Any] = json.loads(self.blobs.read(key))
        return analysis

    def cancel(self, job_id: str) -> Job:
        """Cancel a waiting or running job: it is cancelled at once, and the worker stops at its
        next look. Raises NotFound, Conflict for a finished one."""
        self.get_job(job_id)
        cancelled = cancelling().where(JobRow.id == job_id).returning(JobRow.id)
        with self.database.write() as session:
            was_active = session.scalar(cancelled) is not None
        job = self.get_job(job_id)
        if not was_active:
            raise Conflict(f"the analysis is already {job.state}", "There is nothing to cancel.")
        return job

    # The platform

    def counts(self) -> dict[str, int]:
        """Numbers of videos, of workers alive and of jobs in each state."""
        counts: dict[str, int] = dict.fromkeys(("queued", "running", *FINISHED), 0)
        with self.database.read() as session:
            by_state = select(JobRow.state, func.count()).join(VideoRow).where(ALIVE)
            for state, number in session.execute(by_state.group_by(JobRow.state)):
                counts[state] = number
        return {"videos": self.library.count(Listing()), "workers": len(self.workers()), **counts}

    def workers(self) -> list[Worker]:
        """The workers that are alive."""
        alive = select(WorkerRow).where(WorkerRow.seen_at > clock() - WORKER_SILENT_S)
        with self.database.read() as session:
            return [worker_from(row) for row in session.scalars(alive)]

    def close(self) -> None:
        """Close the connections to database and broker."""
        self.database.close()
        self.celery.close()

    def _video_where(self, condition: ColumnElement[bool]) -> Video | None:
        with self.database.read() as session:
            row = session.scalar(select(VideoRow).where(condition, ALIVE))
            return video_from(row) if row else None

    def _store(self, path: Path, row: VideoRow) -> Video:
        """Bytes first, then the row: what is listed is there. Two at once end as one."""
        self.blobs.put(f"videos/{row.id}/original", path)
        try:
            with self.database.write() as session:
                session.add(row)
        except IntegrityError:
            self.blobs.delete_tree(f"videos/{row.id}")
        video = self._video_where(VideoRow.sha256 == row.sha256)
        if video is None:
            raise NotFound(f"the video {row.name!r} was deleted while it was added")
        return video

    def _repeated(self, idempotency_key: str | None, key: str) -> Job | None:
        """The job an idempotency key was used for. Raises IdempotencyConflict."""
        if idempotency_key is None:
            return None
        with self.database.read() as session:
            row = session.scalar(select(JobRow).where(JobRow.idempotency_key == idempotency_key))
            if row is not None and row.key != key:
                raise IdempotencyConflict(
                    f"Idempotency-Key {idempotency_key!r} was used for another analysis",
                    "Use a new key for a new request.",
                )
            return job_from(row) if row else None

    def _known(self, video: Video, key: str) -> Job | None:
        """The job with this key that is in flight, or done with its result still there."""
        wanted = (
            select(JobRow)
            .where(JobRow.key == key, JobRow.state.in_(("queued", "running", "done")))
            .order_by(JobRow.created_at.desc())
        )
        with self.database.read() as session:
            row = session.scalar(wanted.limit(1))
            if row is None:
                return None
            if row.state == "done" and not self.blobs.exists(result_key(video.sha256, key)):
                return None
            return job_from(row)


def _no_video(video_id: str) -> NotFound:
    return NotFound(f"no video {video_id!r}", "It may have been deleted.")


def _job_row(session: Session, job_id: str) -> JobRow:
    row = session.scalar(select(JobRow).join(VideoRow).where(JobRow.id == job_id, ALIVE))
    if row is None:
        raise NotFound(f"no analysis {job_id!r}", "Its video may have been deleted.")
    return row


def new_id() -> str:
    """A url-safe id of 24 hex digits: milliseconds, so that ids sort by age, then 48 random
    bits."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


def made_at(id: str) -> float:
    """When `new_id` made this id, in seconds since the epoch."""
    return int(id[:12], 16) / 1000


def limits(settings: Settings) -> Limits:
    """The limits on a video that the settings state."""
    return Limits(
        max_pixels=settings.max_pixels,
        max_frames=settings.max_frames,
        max_duration_s=settings.max_duration_s,
        max_bytes=settings.max_upload_bytes,
    )


def _row(
    name: str,
    sha256: str,
    path: Path,
    found: Probe,
    gallery: bool,
    truth: Mapping[str, Any] | None,
) -> VideoRow:
    return VideoRow(
        id=new_id(),
        name=name,
        sha256=sha256,
        bytes=path.stat().st_size,
        frames=found.claimed_frames,
        width=found.width,
        height=found.height,
        duration_s=found.claimed_duration_s,
        codec=found.codec,
        container=found.container,
        warnings=[],
        gallery=gallery,
        truth=dict(truth) if truth else None,
    )

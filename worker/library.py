"""The library: which videos there are, and what is done to many of them at once.

Deleting can be undone for a while. A deleted video is hidden and its jobs are cancelled at once;
its bytes stay for GRACE_S seconds, until the sweep of some worker's keeper comes by.
"""

import logging
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from model.errors import InvalidParameter
from worker.blobs import Blobs, result_key
from worker.database import Database, JobRow, TagRow, VideoRow, clock
from worker.leases import cancelling
from worker.rows import job_from, video_from
from worker.settings import Settings
from worker.types import Job, Listing, Storage, Video

log = logging.getLogger(__name__)

GRACE_S = 60.0
DAY_S = 86_400.0
OPENED_AGAIN_S = 3600.0  # opened within this time counts as once: it saves a write for each page
MOST_TAGS, LONGEST_TAG = 50, 50  # of a video; characters

ALIVE = VideoRow.deleted_at.is_(None)
ACTIVE = ("queued", "running")


class Library:
    """Finds, tags, deletes and restores videos. Safe to share between threads."""

    def __init__(self, settings: Settings, database: Database, blobs: Blobs) -> None:
        self._settings, self._database, self._blobs = settings, database, blobs

    # Finding

    def find(self, listing: Listing, offset: int = 0, limit: int = 50) -> list[Video]:
        """A page of the videos that `listing` asks for."""
        wanted = select(VideoRow).where(*_conditions(listing)).order_by(*_order(listing))
        with self._database.read() as session:
            return [video_from(row) for row in session.scalars(wanted.offset(offset).limit(limit))]

    def count(self, listing: Listing) -> int:
        """How many videos `listing` asks for in all."""
        wanted = select(func.count()).select_from(VideoRow).where(*_conditions(listing))
        with self._database.read() as session:
            return session.scalar(wanted) or 0

    def latest_jobs(self, video_ids: Iterable[str]) -> dict[str, Job]:
        """The newest job of each of these videos that has one."""
        newest = aliased(JobRow)
        wanted = select(JobRow).where(
            JobRow.video_id.in_(list(video_ids)),
            JobRow.id == _newest_job(newest.id, JobRow.video_id, newest),
        )
        with self._database.read() as session:
            return {row.video_id: job_from(row) for row in session.scalars(wanted)}

    def tags(self) -> dict[str, int]:
        """How many videos have each tag, by the tag's name."""
        wanted = (
            select(TagRow.tag, func.count().label("videos"))
            .join(VideoRow, VideoRow.id == TagRow.video_id)
            .where(ALIVE)
            .group_by(TagRow.tag)
            .order_by(func.lower(TagRow.tag), TagRow.tag)
        )
        with self._database.read() as session:
            return {row.tag: row.videos for row in session.execute(wanted)}

    def storage(self) -> Storage:
        """How much room the videos take."""
        alive = select(
            func.count(), func.sum(VideoRow.bytes), func.sum(VideoRow.derived_bytes)
        ).where(ALIVE)
        results = select(func.sum(JobRow.result_bytes)).join(VideoRow).where(ALIVE)
        with self._database.read() as session:
            videos, originals, derived = session.execute(alive).one()
            result_bytes = session.scalar(results)
        return Storage(
            videos=videos,
            originals_bytes=int(originals or 0),
            derivatives_bytes=int(derived or 0),
            results_bytes=int(result_bytes or 0),
            free_bytes=self._blobs.free(),
            retention_days=self._settings.retention_days,
        )

    # Changing

    def opened(self, video_id: str) -> None:
        """Somebody opened the video or added it again: retention counts from now."""
        stale = (VideoRow.id == video_id, _used_at() < clock() - OPENED_AGAIN_S)
        with self._database.read() as session:
            if session.scalar(select(VideoRow.id).where(*stale)) is None:
                return
        with self._database.write() as session:
            session.execute(update(VideoRow).where(*stale).values(opened_at=clock()))

    def retag(
        self, video_ids: Collection[str], add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> list[str]:
        """Give these videos some tags and take others away; the ids of those that are there.

        Raises InvalidParameter for what is no tag, and where a video would have too many.
        """
        added = clean_tags(add)
        with self._database.write() as session:
            there = session.scalars(select(VideoRow.id).where(VideoRow.id.in_(video_ids), ALIVE))
            ids = list(there)
            of_these = TagRow.video_id.in_(ids)
            session.execute(delete(TagRow).where(of_these, TagRow.tag.in_(list(remove))))
            have = session.execute(
                select(TagRow.video_id, TagRow.tag).where(of_these, TagRow.tag.in_(added))
            )
            wanted = {(video_id, tag) for video_id in ids for tag in added}
            missing = wanted - {(row.video_id, row.tag) for row in have}
            session.add_all(TagRow(video_id=video_id, tag=tag) for video_id, tag in sorted(missing))
            session.flush()
            crowded = (
                select(TagRow.video_id)
                .where(of_these)
                .group_by(TagRow.video_id)
                .having(func.count() > MOST_TAGS)
            )
            if session.scalar(crowded.limit(1)) is not None:
                raise InvalidParameter(
                    f"a video has at most {MOST_TAGS} tags", "Remove some of them first.", "/tags"
                )
        return ids

    def delete(self, video_ids: Collection[str]) -> tuple[list[str], list[str]]:
        """Hide these videos and cancel their jobs: the ids of those that were there, and of those
        whose analysis was stopped by it."""
        gone = (
            update(VideoRow)
            .where(VideoRow.id.in_(video_ids), ALIVE)
            .values(deleted_at=clock())
            .returning(VideoRow.id)
        )
        with self._database.write() as session:
            ids = list(session.scalars(gone))
            stop = cancelling().where(JobRow.video_id.in_(ids)).returning(JobRow.video_id)
            stopped = sorted(set(session.scalars(stop)))
        return ids, stopped

    def restore(self, video_ids: Collection[str]) -> list[str]:
        """Show deleted videos again; the ids of those that are there now. Their jobs stay
        cancelled."""
        in_time = VideoRow.deleted_at > clock() - GRACE_S
        back = update(VideoRow).where(VideoRow.id.in_(video_ids), in_time).values(deleted_at=None)
        with self._database.write() as session:
            session.execute(back)
            there = session.scalars(select(VideoRow.id).where(VideoRow.id.in_(video_ids), ALIVE))
            return list(there)

    def again(self, sha256: str) -> str | None:
        """The id of the video of these bytes, which is restored if it was deleted; None where there
        is none, or no more."""
        with self._database.read() as session:
            row_id = session.scalar(select(VideoRow.id).where(VideoRow.sha256 == sha256))
        if row_id is None or self.restore([row_id]):
            return row_id
        self._purge(row_id, sha256)
        return None

    # Sweeping

    def sweep(self) -> None:
        """Delete what nobody opened for as long as the settings say, and the bytes of what was
        deleted too long ago to be restored."""
        if ids := self._unused():
            deleted, _ = self.delete(ids)
            log.info("retention: %d videos are deleted", len(deleted))
        over = select(VideoRow.id, VideoRow.sha256).where(_over())
        with self._database.read() as session:
            rows = session.execute(over).all()
        for row in rows:
            self._purge(row.id, row.sha256)

    def holds(self, video_id: str) -> bool:
        """Whether the video is there, or deleted and still to be restored or swept."""
        with self._database.read() as session:
            return session.scalar(select(VideoRow.id).where(VideoRow.id == video_id)) is not None

    def forget(self, video_id: str, sha256: str) -> None:
        """Delete the files of a video; its results stay where the same bytes came again, as
        another one."""
        self._blobs.delete_tree(f"videos/{video_id}")
        other = select(VideoRow.id).where(VideoRow.sha256 == sha256, VideoRow.id != video_id)
        with self._database.read() as session:
            if session.scalar(other) is None:
                self._blobs.delete_tree(f"results/{sha256}")

    def measure(self) -> None:
        """Note the sizes that no worker noted, of files stored by an earlier version."""
        videos = select(VideoRow.id, VideoRow.bytes).where(
            VideoRow.derivatives_ready, VideoRow.derived_bytes.is_(None)
        )
        jobs = (
            select(JobRow.id, JobRow.key, VideoRow.sha256)
            .join(VideoRow)
            .where(JobRow.state == "done", JobRow.result_bytes.is_(None))
        )
        with self._database.read() as session:
            derived = {
                row.id: max(0, self._blobs.size(f"videos/{row.id}") - row.bytes)
                for row in session.execute(videos)
            }
            results = {
                row.id: self._blobs.size(result_key(row.sha256, row.key))
                for row in session.execute(jobs)
            }
        if not derived and not results:
            return
        with self._database.write() as session:
            for id, size in derived.items():
                session.execute(
                    update(VideoRow).where(VideoRow.id == id).values(derived_bytes=size)
                )
            for id, size in results.items():
                session.execute(update(JobRow).where(JobRow.id == id).values(result_bytes=size))

    def _unused(self) -> Sequence[str]:
        days = self._settings.retention_days
        if days is None:
            return ()
        wanted = select(VideoRow.id).where(
            ALIVE,
            VideoRow.gallery.is_(False),
            _used_at() < clock() - days * DAY_S,
            ~exists().where(JobRow.video_id == VideoRow.id, JobRow.state.in_(ACTIVE)),
        )
        with self._database.read() as session:
            return session.scalars(wanted).all()

    def _purge(self, video_id: str, sha256: str) -> None:
        """Files first: a process killed in between leaves the row, and the next sweep goes on.
        Nobody can restore it meanwhile, as its time is over."""
        self.forget(video_id, sha256)
        with self._database.write() as session:
            session.execute(delete(VideoRow).where(VideoRow.id == video_id, _over()))


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags without the blanks around and the repetitions. Raises InvalidParameter."""
    clean = [" ".join(unicodedata.normalize("NFC", tag).split()) for tag in tags]
    for tag in clean:
        if not 0 < len(tag) <= LONGEST_TAG or "," in tag or not tag.isprintable():
            raise InvalidParameter(
                f"wanted a tag of 1 to {LONGEST_TAG} characters without commas, got {tag[:60]!r}",
                "Use a short word for each tag.",
                "/tags",
            )
    return list(dict.fromkeys(clean))


def _used_at() -> ColumnElement[float]:
    return func.coalesce(VideoRow.opened_at, VideoRow.created_at)


def _over() -> ColumnElement[bool]:
    return VideoRow.deleted_at <= clock() - GRACE_S


def _newest_job(column: Any, video_id: Any, job: Any) -> Any:
    """`column` of the newest job of the video whose id is `video_id`; NULL without any."""
    newest: Select[Any] = (
        select(column)
        .where(job.video_id == video_id)
        .order_by(job.created_at.desc(), job.id.desc())
        .limit(1)
    )
    return newest.correlate(VideoRow, JobRow).scalar_subquery()


def _conditions(listing: Listing) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ALIVE]
    if listing.query:
        tagged = exists().where(
            TagRow.video_id == VideoRow.id, TagRow.tag.icontains(listing.query, autoescape=True)
        )
        found.append(or_(VideoRow.name.icontains(listing.query, autoescape=True), tagged))
    for tag in listing.tags:
        found.append(exists().where(TagRow.video_id == VideoRow.id, TagRow.tag == tag))
    if listing.gallery is not None:
        found.append(VideoRow.gallery.is_(listing.gallery))
    if listing.state == "none":
        found.append(~exists().where(JobRow.video_id == VideoRow.id))
    elif listing.state is not None:
        wanted = ACTIVE if listing.state == "active" else (listing.state,)
        job = aliased(JobRow)
        ever = select(JobRow.video_id).where(JobRow.state.in_(wanted))  # by its index: few at best
        found.append(VideoRow.id.in_(ever))
        found.append(_newest_job(job.state, VideoRow.id, job).in_(wanted))
    return found


def _order(listing: Listing) -> list[ColumnElement[Any]]:
    """By one column, what is unknown last, then by age, so that pages neither share nor miss a
    video."""
    columns: dict[str, ColumnElement[Any]] = {
        "added": VideoRow.created_at.expression,
        "name": func.lower(VideoRow.name),
        "duration": VideoRow.duration_s.expression,
        "frames": VideoRow.frames.expression,
        "size": VideoRow.bytes.expression,
    }
    order = listing.order or ("asc" if listing.sort == "name" else "desc")
    column, last = columns[listing.sort], VideoRow.id
    rising = order == "asc"
    first = column.asc() if rising else column.desc()
    if listing.sort in ("duration", "frames"):
        first = first.nulls_last()
    return [first, last.asc() if rising else last.desc()]

"""A server as an object: upload, analyse, wait, read."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter

from app.client import uploads
from app.client.result import Result
from app.client.transport import Transport, error_of
from model.errors import Cancelled
from worker.types import Job, Video

PAGE = 500
POLL_S = 0.5

_video, _job = TypeAdapter(Video), TypeAdapter(Job)


class Kairoscope:
    """The server at an address, e.g. http://127.0.0.1:8050; `token` where it asks for one.

    Every failure is a KairoscopeError: the server's own as the error it was there (NotFound,
    UnknownMethod, UnreadableVideo, ...), ServerUnreachable where none answers. Where a video or a
    job is wanted, its id also does.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._transport = Transport(url, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Kairoscope({self._transport.url!r})"

    def upload(self, path: Path | str, on_progress: uploads.OnProgress | None = None) -> Video:
        """Send a video file; the same bytes again are the same video. After a cut it goes on where
        it stopped. `on_progress` hears of (bytes held, bytes in all)."""
        return self.video(uploads.upload(self._transport, Path(path), on_progress))

    def video(self, video_id: str) -> Video:
        """The facts of one video."""
        return _video.validate_python(self._transport.get(f"/videos/{video_id}"))

    def videos(self, query: str | None = None) -> list[Video]:
        """All videos, newest first; `query` is a part of the name."""
        found: list[Video] = []
        while True:
            page = self._transport.get("/videos", q=query, offset=len(found), limit=PAGE)
            found += map(_video.validate_python, page["items"])
            if not page["items"] or len(found) >= page["total"]:
                return found

    def analyse(
        self,
        video: Video | str,
        methods: Iterable[str] | Mapping[str, Mapping[str, Any]] | None = None,
        keyframes: int | None = None,
    ) -> Job:
        """Ask for an analysis; the same one again is the same job. `methods` are names, or names
        with their parameters (None: the default ones), `keyframes` the number asked of each."""
        if methods is not None and not isinstance(methods, Mapping):
            methods = {name: {} for name in methods}
        wanted = {"video_id": _id(video), "methods": methods, "keyframes": keyframes}
        return _job.validate_python(self._transport.safely("POST", "/analyses", json=wanted).json())

    def job(self, job: Job | str) -> Job:
        """Where an analysis stands now."""
        return _job.validate_python(self._transport.get(f"/analyses/{_id(job)}"))

    def jobs(self, video: Video | str) -> list[Job]:
        """The analyses of a video, newest first."""
        found = self._transport.get("/analyses", video_id=_id(video))
        return [_job.validate_python(job) for job in found]

    def wait(self, job: Job | str, on_progress: Callable[[Job], None] | None = None) -> Job:
        """The job once it is done; `on_progress` hears of each state, e.g. `progress_line`.

        Raises the error that a failed job ended with, and Cancelled.
        """
        while True:
            now = self.job(job)
            if on_progress:
                on_progress(now)
            if now.finished:
                break
            time.sleep(POLL_S)
        if now.error:
            raise error_of(now.error)
        if now.state == "cancelled":
            raise Cancelled("the analysis was cancelled", "Ask for it again.")
        return now

    def cancel(self, job: Job | str) -> Job:
        """Cancel a waiting or running analysis."""
        answer = self._transport.once("DELETE", f"/analyses/{_id(job)}")
        return _job.validate_python(answer.json())

    def result(self, job: Job | str) -> Result:
        """The result of an analysis that is done."""
        result: Result = Result.from_json(self._transport.get(f"/analyses/{_id(job)}/result"))  # type: ignore[assignment]
        return result

    def export(self, job: Job | str, format: str, method: str | None = None) -> bytes:
        """The result as a file of one of the formats of docs/exports.md."""
        query = {"method": method} if method else {}
        path = f"/analyses/{_id(job)}/export/{format}"
        return self._transport.safely("GET", path, params=query).content

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def progress_line(job: Job) -> None:
    """A line on stderr, rewritten while a job runs: how far it is, what it does, what is left."""
    left = f", {job.eta_s:.0f} s left" if job.eta_s is not None else ""
    stage = job.stage if job.state == "running" else job.state
    sys.stderr.write(f"\r\x1b[K{100 * job.progress:3.0f} % {stage}{left}" + "\n" * job.finished)
    sys.stderr.flush()


def _id(thing: Video | Job | str) -> str:
    return thing if isinstance(thing, str) else thing.id

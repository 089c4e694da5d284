"""Imports that run in the background of the process that was asked: one at a time, in a thread.

They live in memory alone. What a stopped process did not finish is asked for again, and the clips
that it did bring are found to be there: the same bytes are the same video.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from model.errors import KairoscopeError
from worker.errors import Conflict, InternalError, NotFound, StorageFull
from worker.service import Service, new_id
from worker.ucf101 import Clip, bring

log = logging.getLogger(__name__)

KEPT = 10  # finished imports that can still be asked about


@dataclass(frozen=True)
class Imported:
    """A clip that is in the library, by the name of its file and of its class."""

    video_id: str
    name: str
    action: str


@dataclass(frozen=True)
class Refused:
    """A clip that is not, and the problem object that says why."""

    name: str
    action: str
    error: Mapping[str, Any]


@dataclass(frozen=True)
class Import:
    """Where an import from `path` stands: `done` of `total` clips, of which some were refused.

    `error` is a problem object, of an import that failed as a whole.
    """

    id: str
    state: Literal["running", "done", "cancelled", "failed"]
    path: str
    total: int
    created_at: datetime
    done: int = 0
    videos: tuple[Imported, ...] = ()
    refused: tuple[Refused, ...] = ()
    error: Mapping[str, Any] | None = None
    finished_at: datetime | None = None


class Imports:
    """Starts, follows and cancels imports. Safe to share between threads."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._known: dict[str, Import] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, root: Path, clips: Sequence[Clip]) -> Import:
        """Begin to copy these clips, found in `root`; the files themselves must lie below
        KAIROSCOPE_IMPORT_DIR. Raises Conflict while another import runs."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise Conflict("another import is running", "Wait for it, or cancel it.")
            now = Import(new_id(), "running", str(root), len(clips), datetime.now(UTC))
            self._known[now.id] = now
            for old in list(self._known)[:-KEPT]:
                del self._known[old]
            self._stop = threading.Event()
            arguments = (now.id, tuple(clips), self._stop)
            self._thread = threading.Thread(
                target=self._run, args=arguments, name="import", daemon=True
            )
            self._thread.start()
        return now

    def list(self) -> "list[Import]":
        """The imports since the start of the process, newest first."""
        with self._lock:
            return list(reversed(self._known.values()))

    def get(self, import_id: str) -> Import:
        """Where the import stands. Raises NotFound."""
        with self._lock:
            found = self._known.get(import_id)
        if found is None:
            raise NotFound(f"no import {import_id!r}", "A restart of the server forgets them.")
        return found

    def cancel(self, import_id: str) -> Import:
        """Stop after the clip at hand; what is in the library stays. Raises NotFound, Conflict for
        one that has ended."""
        found = self.get(import_id)
        with self._lock:  # another one starts only after this one is known to have ended
            found = self._known.get(import_id, found)
            if found.state == "running":
                self._stop.set()
                return found
        raise Conflict(f"the import is already {found.state}", "There is nothing to cancel.")

    def close(self) -> None:
        """Stop what runs, and wait for the clip at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, import_id: str, clips: Sequence[Clip], stop: threading.Event) -> None:
        try:
            for clip in clips:
                if stop.is_set():
                    break
                self._bring(import_id, clip)
        except StorageFull as error:
            self._end(import_id, "failed", error)
        except Exception:
            log.exception("import %s failed", import_id)
            self._end(import_id, "failed", InternalError("an unexpected error", "See the log."))
        else:
            self._end(import_id, "cancelled" if stop.is_set() else "done")

    def _bring(self, import_id: str, clip: Clip) -> None:
        now = self.get(import_id)
        try:
            video = bring(self._service, clip, self._service.settings.import_dir)
        except StorageFull:
            raise
        except KairoscopeError as error:
            refused = Refused(clip.path.name, clip.action, error.to_problem())
            now = replace(now, refused=(*now.refused, refused))
        else:
            found = Imported(video.id, clip.path.name, clip.action)
            now = replace(now, videos=(*now.videos, found))
        self._put(replace(now, done=now.done + 1))

    def _end(
        self,
        import_id: str,
        state: Literal["done", "cancelled", "failed"],
        error: KairoscopeError | None = None,
    ) -> None:
        problem = error.to_problem() if error else None
        now = replace(self.get(import_id), state=state, error=problem)
        self._put(replace(now, finished_at=datetime.now(UTC)))

    def _put(self, now: Import) -> None:
        with self._lock:
            self._known[now.id] = now

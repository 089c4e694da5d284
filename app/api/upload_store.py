"""Unfinished uploads on the disk, one folder each:

    <id>/info.json   length, name, expiry; at the end the video's id or the problem
    <id>/data        the bytes: their number *is* the offset, there is no second record of it
    <id>/chunk       a chunk that waits for its checksum
    <id>/video       a second link to the finished data, handed to whoever takes the video
    <id>/lock        held (flock) by the one request that may change any of this

So a killed server loses nothing that it acknowledged, and resuming needs no repair.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.api.upload_chunk import Chunk, full_disk, sync_folder
from app.api.upload_errors import (
    DiskFull,
    ExpiredUpload,
    TooManyUploads,
    UnknownUpload,
    UploadLocked,
    UploadTooLarge,
)
from model.errors import KairoscopeError, UnreadableVideo
from worker.settings import Settings

TakeVideo = Callable[[Path, str], str]


@dataclass(frozen=True)
class Upload:
    """One upload: `length` bytes wanted, `offset` held. Finished means `video` or `problem`."""

    id: str
    length: int
    name: str
    metadata: str
    created_at: float
    expires_at: float
    offset: int = 0
    video: str | None = None
    problem: dict[str, Any] | None = None

    @property
    def complete(self) -> bool:
        """Whether all bytes are there."""
        return self.offset == self.length

    @property
    def finished(self) -> bool:
        """Whether the video was taken or refused."""
        return self.video is not None or self.problem is not None

    @property
    def waiting(self) -> bool:
        """Whether all bytes are there, but the video is neither taken nor refused yet."""
        return self.complete and not self.finished

    @property
    def expired(self) -> bool:
        """Whether the client left it for too long; one that waits is the server's to finish."""
        return not self.waiting and self.expires_at < time.time()


class UploadStore:
    """The folder of uploads. Every method is synchronous; changing ones need `locked`.

    `take` (path, name) -> video id is where complete files go.
    """

    def __init__(self, settings: Settings, take: TakeVideo) -> None:
        self.root = settings.data_dir.resolve() / "uploads"
        self.max_bytes = settings.max_upload_bytes
        self._expiry_s = settings.upload_expiry_s
        self._max_open = settings.max_uploads
        self._take = take
        self.root.mkdir(parents=True, exist_ok=True)

    def create(self, length: int, name: str, metadata: str) -> Upload:
        """A new upload of `length` bytes.

        Raises UploadTooLarge, TooManyUploads, and DiskFull where `length` bytes cannot fit.
        """
        if length > self.max_bytes:
            raise UploadTooLarge(
                f"wanted at most {self.max_bytes} bytes, got {length}",
                "Upload a smaller file or raise KAIROSCOPE_MAX_UPLOAD_BYTES.",
            )
        if sum(1 for _ in self.root.glob("*/data")) >= self._max_open:
            raise TooManyUploads(
                f"{self._max_open} uploads are unfinished", "Finish or remove one, or try later."
            )
        with full_disk():
            if length > shutil.disk_usage(self.root).free:
                raise DiskFull(f"no room for {length} bytes", "Free space on the server.")
            now = time.time()
            upload_id = secrets.token_hex(16)
            upload = Upload(upload_id, length, name, metadata, now, now + self._expiry_s)
            folder = self.root / upload.id
            folder.mkdir()
            self._write(upload)
            self._data(upload.id).touch()
            sync_folder(self.root)
        return upload

    def get(self, upload_id: str) -> Upload:
        """The upload as the disk has it; raises UnknownUpload, ExpiredUpload."""
        upload = self._read(upload_id)
        if upload.expired:
            raise ExpiredUpload(
                "the upload was left for too long", "Start a new upload of the file."
            )
        return upload

    def durable_offset(self, upload: Upload) -> int:
        """The offset, after making sure that a power cut cannot lower it."""
        with contextlib.suppress(FileNotFoundError), open(self._data(upload.id), "rb") as file:
            os.fsync(file.fileno())
        return upload.offset

    @contextmanager
    def locked(self, upload_id: str) -> Iterator[None]:
        """Hold the upload, across processes; raises UploadLocked at once when another does."""
        try:
            lock = os.open(self.root / upload_id / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            raise _unknown(upload_id) from None
        try:
            _lock_now(lock)
            yield
        finally:
            os.close(lock)

    def chunk(self, upload: Upload, checksum: tuple[str, bytes] | None) -> Chunk:
        """A writer for the next bytes; also puts the expiry off."""
        expires_at = time.time() + self._expiry_s
        with full_disk():
            self._write(dataclasses.replace(upload, expires_at=expires_at))
            folder = self.root / upload.id
            return Chunk(folder, upload.offset, upload.length - upload.offset, checksum)

    def finish(self, upload: Upload) -> Upload:
        """Hand a complete upload to `take`, and note what came of it.

        Idempotent: the bytes stay until the answer is on the disk, so a crash in between only
        means that `take` sees the same video again. UnreadableVideo is the answer; anything else
        says nothing about the bytes, is raised and may be tried again.
        """
        if upload.finished:
            return upload
        with full_disk():
            try:
                upload = dataclasses.replace(upload, video=self._hand_over(upload))
            except UnreadableVideo as error:
                upload = dataclasses.replace(upload, problem=error.to_problem())
            self._write(upload)
        for name in ("data", "video"):
            (self.root / upload.id / name).unlink(missing_ok=True)
        return upload

    def _hand_over(self, upload: Upload) -> str:
        """The video's id. A refusal costs the client its bytes, so it counts from the second time:
        a machine short of time or memory ends a decoder just as a hostile file does, and the
        video that these bytes already were may be deleted meanwhile."""
        if upload.length == 0:
            raise UnreadableVideo("the file is empty: 0 bytes", "Choose a video file.")
        try:
            return self._offer(upload)
        except KairoscopeError as error:
            if error.status >= 500:
                raise
        return self._offer(upload)

    def _offer(self, upload: Upload) -> str:
        link = self.root / upload.id / "video"
        link.unlink(missing_ok=True)
        link.hardlink_to(self._data(upload.id))
        return self._take(link, upload.name)

    def remove(self, upload_id: str) -> None:
        """Forget the upload and its bytes."""
        shutil.rmtree(self.root / upload_id)

    def waiting(self) -> list[Upload]:
        """Uploads that wait to be finished: after a crash, a full disk, or just now."""
        found = []
        for data in self.root.glob("*/data"):
            with contextlib.suppress(UnknownUpload):
                found.append(self._read(data.parent.name))
        return [upload for upload in found if upload.waiting]

    def collect(self) -> int:
        """Remove what expired, unless a request holds it; returns how many."""
        removed = 0
        for folder in self.root.iterdir():
            with contextlib.suppress(UploadLocked, UnknownUpload), self.locked(folder.name):
                if self._expired(folder):
                    self.remove(folder.name)
                    removed += 1
        return removed

    def _expired(self, folder: Path) -> bool:
        try:
            return self._read(folder.name).expired
        except UnknownUpload:  # a crash within `create`
            return folder.stat().st_mtime + self._expiry_s < time.time()

    def _data(self, upload_id: str) -> Path:
        return self.root / upload_id / "data"

    def _read(self, upload_id: str) -> Upload:
        """The data first: `finish` notes the end before it drops the data, so that whoever finds
        none reads of the end."""
        with contextlib.suppress(FileNotFoundError):
            held = self._held(upload_id)
            upload = Upload(**json.loads((self.root / upload_id / "info.json").read_bytes()))
            if upload.finished:
                return dataclasses.replace(upload, offset=upload.length)
            if held is not None:
                return dataclasses.replace(upload, offset=held)
        raise _unknown(upload_id)

    def _held(self, upload_id: str) -> int | None:
        try:
            return self._data(upload_id).stat().st_size
        except FileNotFoundError:
            return None

    def _write(self, upload: Upload) -> None:
        """Replace info.json as a whole: a reader sees the old one or the new one."""
        folder = self.root / upload.id
        fresh = folder / "info.json.new"
        values = dataclasses.asdict(upload)
        del values["offset"]
        with open(fresh, "w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(folder / "info.json")
        sync_folder(folder)


def _lock_now(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UploadLocked(
            "another request holds this upload", "Ask for its offset and resume in a moment."
        ) from None


def _unknown(upload_id: str) -> UnknownUpload:
    return UnknownUpload(f"no upload {upload_id}", "Start a new upload of the file.")

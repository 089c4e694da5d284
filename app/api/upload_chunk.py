"""One chunk on its way to the disk."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.api.upload_errors import ChecksumMismatch, DiskFull, UploadTooLarge

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ALGORITHMS = ("sha1", "sha256")


class Chunk:
    """The body of one request, appended to `folder/data` from byte `start`, at most `room` bytes.

    Without a checksum the bytes go straight to the data and stay, whatever happens next. With one
    (algorithm, digest) they wait beside it until they are verified, so that the data never holds
    a byte that is not.
    """

    def __init__(
        self, folder: Path, start: int, room: int, checksum: tuple[str, bytes] | None
    ) -> None:
        self._folder = folder
        self._start = start
        self._room = room
        self._checksum = checksum
        self._hash = hashlib.new(checksum[0]) if checksum else None
        self._path = folder / ("chunk" if checksum else "data")
        truncate = os.O_TRUNC if checksum else 0
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | truncate, 0o600)

    def write(self, data: bytes) -> None:
        """Append; raises DiskFull, and UploadTooLarge (the whole chunk is then taken back)."""
        if len(data) > self._room:
            os.ftruncate(self._file, 0 if self._checksum else self._start)
            raise UploadTooLarge(
                "the chunk goes beyond the declared Upload-Length", "Start a new upload."
            )
        self._room -= len(data)
        if self._hash:
            self._hash.update(data)
        rest = memoryview(data)
        with full_disk():
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def commit(self) -> None:
        """The body is complete; raises ChecksumMismatch (the data is unchanged), DiskFull."""
        if not (self._hash and self._checksum):
            return
        algorithm, wanted = self._checksum
        if self._hash.digest() != wanted:
            raise ChecksumMismatch(
                f"{algorithm}: wanted {wanted.hex()}, got {self._hash.hexdigest()}",
                "The chunk was discarded; send it again.",
            )
        with (
            full_disk(),
            open(self._path, "rb") as source,
            open(self._folder / "data", "ab") as target,
        ):
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())

    def close(self) -> None:
        """Make what was written durable, and drop what was not verified."""
        try:
            if self._checksum:
                self._path.unlink()
            else:
                with full_disk():
                    os.fsync(self._file)
        finally:
            os.close(self._file)


@contextmanager
def full_disk() -> Iterator[None]:
    """Turn the system's "no room" errors into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise DiskFull("the disk is full", "Free space on the server, then resume.") from error


def sync_folder(folder: Path) -> None:
    """Make the entries of `folder` themselves durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

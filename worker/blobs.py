"""The blob store: a folder by default, any fsspec URL (s3://bucket/prefix) instead.

Keys: videos/<video id>/{original, preview.mp4, sprite_NNN.jpg, sprites.json, thumbnail.jpg} and
results/<video sha256>/<job key>.json.
"""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import fsspec

from worker.errors import NotFound, StorageFull
from worker.settings import Settings

PART = re.compile(r"\..+\.[0-9a-f]{8}")  # of the names that _replacing gives


def result_key(sha256: str, key: str) -> str:
    """The blob that holds an analysis."""
    return f"results/{sha256}/{key}.json"


class Blobs:
    """Bytes by key. A blob appears whole or not at all."""

    def __init__(self, settings: Settings) -> None:
        url = settings.blob_url or str((settings.data_dir / "blobs").resolve())
        self.fs, self.root = fsspec.url_to_fs(url)
        self.cache = settings.data_dir / "cache"
        self.is_local = isinstance(self.fs, fsspec.get_filesystem_class("file"))

    def put(self, key: str, content: bytes | Path) -> None:
        """Store bytes, or the file at a path (kept there). Raises StorageFull."""
        with _full_storage_named():
            if self.is_local:
                self._put_local(Path(self._path(key)), content)
            elif isinstance(content, Path):
                self.fs.put_file(str(content), self._path(key))
            else:
                self.fs.pipe_file(self._path(key), content)

    def open(self, key: str) -> IO[bytes]:
        """The blob for reading, seekable. Raises NotFound."""
        try:
            stream: IO[bytes] = self.fs.open(self._path(key), "rb")
        except FileNotFoundError:
            raise NotFound(f"nothing is stored under {key}") from None
        return stream

    def read(self, key: str) -> bytes:
        """All bytes of a blob. Raises NotFound."""
        with self.open(key) as stream:
            return stream.read()

    def exists(self, key: str) -> bool:
        """Whether the key holds a blob."""
        return bool(self.fs.isfile(self._path(key)))

    def local_path(self, key: str) -> Path:
        """The blob as a local file: its own, or a cached copy. Raises NotFound."""
        stored = self._path(key)
        path = Path(stored) if self.is_local else self.cache / key
        if not self.is_local and not path.exists() and self.exists(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            with _replacing(path) as part:
                self.fs.get_file(stored, str(part))
        if not path.is_file():
            raise NotFound(f"nothing is stored under {key}")
        return path

    def size(self, key: str) -> int:
        """Bytes of a blob, or of everything under a key; 0 where nothing is."""
        path = self._path(key)
        return int(self.fs.du(path)) if self.fs.exists(path) else 0

    def free(self) -> int | None:
        """Bytes that still fit; None for an object store, which does not say."""
        root = Path(self.root)
        there = next(path for path in (root, *root.parents) if path.exists())
        return shutil.disk_usage(there).free if self.is_local else None

    def delete_tree(self, key: str) -> None:
        """Delete everything under a key; nothing there is fine."""
        path = self._path(key)
        if self.fs.exists(path):
            self.fs.rm(path, recursive=True)
        shutil.rmtree(self.cache / key, ignore_errors=True)

    def sweep(self, in_use: Collection[str]) -> None:
        """Delete the parts of blobs that killed processes left, but none right under the keys
        `in_use`."""
        for root in (Path(self.root), self.cache) if self.is_local else (self.cache,):
            for path in root.rglob(".*"):
                key = path.parent.relative_to(root).as_posix()
                if PART.fullmatch(path.name) and key not in in_use:
                    path.unlink(missing_ok=True)

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
            raise NotFound(f"not a key: {key!r}")
        return f"{self.root}/{key}"

    def _put_local(self, path: Path, content: bytes | Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _replacing(path) as part:
            if isinstance(content, bytes):
                part.write_bytes(content)
            else:
                _link_or_copy(content, part)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A temporary file that takes the path's place, durably, when the block succeeds."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, target)


@contextmanager
def _full_storage_named() -> Iterator[Any]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise StorageFull(
            f"no room to store the file: {error.strerror}", "Free some space, then try again."
        ) from error

"""A folder of cached bytes under a cap: written whole or not at all, the least used dropped first.

Every file starts with the sha256 of the rest, so that a damaged one is known and made again.
"""

import hashlib
import os
import tempfile
import threading
import time
from pathlib import Path

CAP_BYTES = 24 * 10**9  # of a training's cache, where nothing else is asked for
DIGEST = hashlib.sha256().digest_size
KEEP_SHARE = 0.9  # of the cap, after dropping: the folder is not listed at every write
RELIST_WRITES = 64  # other processes write here too
ABANDONED_S = 3600  # a partial file this old has no writer any more


class CappedFolder:
    """Byte strings by name in `folder`, at most about `cap_bytes` of them; shared by processes.

    `dropped` counts what this object dropped for room: when it grows, the cap is too small for the
    work.
    """

    def __init__(self, folder: Path, suffix: str, cap_bytes: int) -> None:
        self.folder, self.suffix, self.cap_bytes = folder, suffix, cap_bytes
        self.dropped = 0
        self._bytes, self._unlisted = 0, RELIST_WRITES
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def touch(self, name: str) -> bool:
        """Whether there is something under `name`, which counts as used now."""
        try:
            os.utime(self._path(name))
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str) -> bytes | None:
        """What was written under `name`, marked as used now; None when absent or damaged."""
        path = self._path(name)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:  # never there, or just dropped by another process
            return None
        content = stored[DIGEST:]
        if hashlib.sha256(content).digest() != stored[:DIGEST]:
            path.unlink(missing_ok=True)
            return None
        self.touch(name)
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep `content`: readers see all of it or nothing. Raises OSError on a full disk."""
        with tempfile.NamedTemporaryFile(
            dir=self.folder, prefix=f"{name}.", suffix=".partial", delete=False
        ) as file:
            partial = Path(file.name)
            try:
                file.write(hashlib.sha256(content).digest())
                file.write(content)
                file.flush()
                partial.replace(self._path(name))
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
        with self._lock:
            self._bytes += len(content) + DIGEST
            self._unlisted += 1
            if self._bytes > self.cap_bytes or self._unlisted > RELIST_WRITES:
                self._drop()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{self.suffix}"

    def _drop(self) -> None:
        """List the folder; above the cap drop the longest unused, and abandoned partial files."""
        used: list[tuple[int, int, str]] = []
        oldest_partial = time.time() - ABANDONED_S
        for entry in os.scandir(self.folder):
            try:
                about = entry.stat()
            except FileNotFoundError:
                continue
            if entry.name.endswith(self.suffix):
                used.append((about.st_mtime_ns, about.st_size, entry.path))
            elif entry.name.endswith(".partial") and about.st_mtime < oldest_partial:
                Path(entry.path).unlink(missing_ok=True)
        self._bytes, self._unlisted = sum(size for _, size, _ in used), 0
        if self._bytes <= self.cap_bytes:
            return
        for _, size, path in sorted(used):
            if self._bytes <= KEEP_SHARE * self.cap_bytes:
                break
            Path(path).unlink(missing_ok=True)
            self._bytes -= size
            self.dropped += 1

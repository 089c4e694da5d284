"""Who is at work: a lock on a file, which the kernel gives up however its process ends.

A record lock (fcntl) and not a lease with a clock: nobody waits for a dead process's time to run
out, a paused one is not taken for dead, and processes on a shared disk (NFS, too) see each other's.
Children that were forked do not inherit it. The file says what its holder wrote; it stays, empty,
when the lock is given back, and keeps what was written when the holder died.
"""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 16
# A process is not kept out by its own locks, and closing any handle of the file ends them.
_mine: set[Path] = set()


class Lock:
    """The right to what lies beside `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._file: int | None = None

    def take(self) -> bool:
        """Whether it is ours now: not where another process, or this one, has it."""
        if self.path in _mine:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not _locked(file, fcntl.LOCK_EX):
            os.close(file)
            return False
        _mine.add(self.path)
        self._file = file
        return True

    def read(self) -> dict[str, Any]:
        """What its last holder wrote and did not take back; nothing where it gave it back."""
        assert self._file is not None
        return _parsed(os.pread(self._file, MOST_BYTES, 0))

    def write(self, about: dict[str, Any]) -> None:
        """Say something of the work. In place: a new file would have no lock."""
        assert self._file is not None
        content = json.dumps(about).encode()
        os.pwrite(self._file, content, 0)
        os.ftruncate(self._file, len(content))

    def give_back(self) -> None:
        """Let go, and leave the file empty."""
        assert self._file is not None
        os.ftruncate(self._file, 0)
        os.close(self._file)
        self._file = None
        _mine.discard(self.path)


def held(path: Path) -> bool:
    """Whether a process holds the lock."""
    path = path.resolve()
    if path in _mine:
        return True
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not _locked(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def said(path: Path) -> dict[str, Any]:
    """What its holder, another process, wrote, or the last one that died."""
    if path.resolve() in _mine:  # to close what was opened for reading would end the lock
        return {}
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError:
        return {}


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(content)
    except json.JSONDecodeError:  # empty, or just being written
        return {}
    return found


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.lockf(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # some systems say so
        return False
    return True

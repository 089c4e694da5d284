"""Owner's side of the nursery: the process that codec processes are forked from.

To start Python, numpy and FFmpeg costs more than to decode a short clip; the nursery
(`nursery_main.py`) does it once. A process that decodes has one of its own, from its first video
to its end.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUCK_S = 30.0  # for an answer of the nursery, its start included


class Forked:
    """A codec process. The nursery kills it once our end of their line is closed: by `kill`, or
    because we have died."""

    def __init__(self, pid: int, line: socket.socket, nursery: "subprocess.Popen[bytes]") -> None:
        self.pid = pid
        self._line, self._nursery = line, nursery
        self._owner = os.getpid()
        self._status: int | None = None

    def kill(self) -> None:
        """End it, whatever it is at; it is gone on return. In a forked copy of its owner, which is
        not to touch it, only let go."""
        if self._status is None and self._owner == os.getpid():
            with suppress(OSError):  # it has ended, and its line was closed there
                self._line.shutdown(socket.SHUT_WR)
            self.wait()
        self._line.close()

    def wait(self) -> int:
        """Its exit status, once it has ended: of a signal the negative number."""
        if self._status is None:
            try:
                end = _read(self._line)
            except TimeoutError:
                self._nursery.kill()
                end = b""
            # the nursery says nothing only when it was killed, and so were all that it forked
            found = json.loads(end) if end else {"status": -signal.SIGKILL, "cpu_s": 0.0}
            self._status = int(found["status"])
            _nursery.count(found["cpu_s"])
        return self._status


class _Nursery:
    """Starts the nursery when there is none, or it has died or hangs."""

    def __init__(self) -> None:
        # again by the same thread: the garbage collector may close what was abandoned
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self.cpu_s = 0.0

    def fork(self, name: str, standard: Sequence[int]) -> Forked:
        with self._lock:
            forked = self._ask(name, standard)
            if forked is None:
                self.end()
                self._start()
                forked = self._ask(name, standard)
            if forked is None:
                raise OSError("the process that decoders are forked from does not start")
            return forked

    def count(self, cpu_s: float) -> None:
        with self._lock:
            self.cpu_s += cpu_s

    def end(self) -> None:
        self.let_go()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = None

    def let_go(self) -> None:
        if self._orders is not None:
            self._orders.close()
        self._orders = None

    def _start(self) -> None:
        orders, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-B", "-m", "model.video.nursery_main"],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_environment(),
                    cwd=ROOT,
                )
            except BaseException:
                orders.close()
                raise
        orders.settimeout(STUCK_S)
        self._orders = orders

    def _ask(self, name: str, standard: Sequence[int]) -> Forked | None:
        """None where there is no nursery, or it has died or hangs."""
        if self._orders is None or self._process is None:
            return None
        line, theirs = socket.socketpair()
        line.settimeout(STUCK_S)
        with theirs:
            try:
                socket.send_fds(self._orders, [name.encode()], [theirs.fileno(), *standard])
                answer = _read(self._orders)
            except (ConnectionError, TimeoutError):
                answer = b""
        if answer and (pid := int(answer)) > 0:
            return Forked(pid, line, self._process)
        line.close()
        if answer:
            raise OSError(-pid, f"a decoder cannot be started: {os.strerror(-pid)}")
        return None


def _read(source: socket.socket) -> bytes:
    """A line, byte by byte, so that nothing of the next is taken; empty where the nursery has died.
    Raises TimeoutError."""
    said = b""
    with suppress(ConnectionError):
        while not said.endswith(b"\n"):
            byte = source.recv(1)
            if not byte:
                return b""
            said += byte
    return said


def fork(name: str, standard: Sequence[int]) -> Forked:
    """Start `model.video.<name>_child` on these descriptors as its stdin, stdout and stderr.

    It gets no environment of ours: no secret reaches a codec. Raises OSError when it cannot start.
    """
    return _nursery.fork(name, standard)


def cpu_s() -> float:
    """Processor seconds of the codec processes of this process that have ended."""
    return _nursery.cpu_s


def _environment() -> dict[str, str]:
    """Only what an interpreter needs to find its libraries."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    # numpy's OpenBLAS would reserve address space for a thread on every core
    own = {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    return inherited | own


def _start_over() -> None:
    """In a forked copy of this process: the nursery is its parent's, not its own."""
    global _nursery
    _nursery.let_go()
    _of_parents.append(_nursery)
    _nursery = _Nursery()


_nursery = _Nursery()
_of_parents: list[_Nursery] = []  # kept: to collect one would warn of a process left running
os.register_at_fork(after_in_child=_start_over)
atexit.register(lambda: _nursery.end())

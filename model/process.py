"""What Linux does for a process on request: end it with its parent, show its name. Elsewhere
nothing happens."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sent: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent ends, even by kill -9."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, sent)


def be_called(name: str) -> None:
    """Let ps and top show this name, its first fifteen letters."""
    if _libc is not None:
        _libc.prctl(PR_SET_NAME, name.encode())

"""No orphans: a child process that dies when its parent does, even by kill -9."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sent: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when its parent ends (Linux; else nothing)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, sent)

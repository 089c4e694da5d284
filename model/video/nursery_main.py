"""Nursery's side: load what decodes, then fork it for each order of the owner (see `nursery.py`).

An order is a name, with the descriptors of a line to the owner and of stdin, stdout and stderr. Its
answer is the process id, or minus the number of the error that kept it from starting. On the line
go the exit status and the processor time, once it has ended; that the owner closes it means: kill.
No video is ever opened here, so that nothing of one reaches the next.
"""

import errno
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import NoReturn

from model.process import be_called, die_with_parent

LOADED = ("decode", "preview", "probe", "stills")  # flow needs cv2, and is asked for rarely


class Nursery:
    """Forks, reaps and kills; one thread, so that forking is safe."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders, self._pid = orders, os.getpid()
        self._lines: dict[int, socket.socket] = {}  # to the owner, by process id
        self._bell, self._ringer = socket.socketpair()
        self._ringer.setblocking(False)
        signal.set_wakeup_fd(self._ringer.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        self._selector = selectors.DefaultSelector()
        for source in (self._orders, self._bell):
            self._selector.register(source, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the owner is gone; so are all that were forked, then."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._bell:
                    self._bell.recv(4096)
                    self._reap()
                elif key.fileobj is self._orders:
                    if not self._take():
                        for pid in self._lines:
                            os.kill(pid, signal.SIGKILL)
                        return
                elif self._lines.get(key.data) is key.fileobj:  # else it has just been reaped
                    self._selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)

    def _take(self) -> bool:
        """Answer an order; False when the owner is gone."""
        name, descriptors, _, _ = socket.recv_fds(self._orders, 64, 4)
        if not name:
            return False
        try:
            pid = os.fork()
        except OSError as error:  # too many processes, or no memory: the others go on
            pid = -(error.errno or errno.EAGAIN)
        if pid == 0:
            self._become(name.decode(), descriptors)
        for descriptor in descriptors[1:]:
            os.close(descriptor)
        line = socket.socket(fileno=descriptors[0])
        _say(self._orders, str(pid))
        if pid > 0:
            self._lines[pid] = line
            self._selector.register(line, selectors.EVENT_READ, pid)
        else:
            line.close()
        return True

    def _reap(self) -> None:
        while self._lines:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            with self._lines.pop(pid) as line:
                with suppress(KeyError):  # it was killed
                    self._selector.unregister(line)
                code = os.waitstatus_to_exitcode(status)
                cpu_s = used.ru_utime + used.ru_stime
                _say(line, json.dumps({"status": code, "cpu_s": cpu_s}))

    def _become(self, name: str, descriptors: Sequence[int]) -> NoReturn:
        """Turn this process, just forked, into the one that was asked for."""
        try:
            die_with_parent()
            if os.getppid() != self._pid:  # it had died before
                os._exit(1)
            be_called(f"{name}_child")
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for ours in (self._orders, self._bell, self._ringer, *self._lines.values()):
                ours.close()
            for place, descriptor in enumerate(descriptors[1:]):
                os.dup2(descriptor, place)
            for descriptor in descriptors:
                os.close(descriptor)
            _module(name).main()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"model.video.{name}_child")


def _say(line: socket.socket, text: str) -> None:
    with suppress(ConnectionError):  # the owner has died: that is noticed elsewhere
        line.sendall(text.encode() + b"\n")


def main() -> None:
    """`python -m model.video.nursery_main`, with the socket of orders as its stdin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the owner's to answer
    for name in LOADED:
        _module(name)
    Nursery(socket.socket(fileno=sys.stdin.fileno())).serve()


if __name__ == "__main__":
    main()

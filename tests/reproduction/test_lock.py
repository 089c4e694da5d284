"""The lock of a task: one process at a time, free again however its holder ends."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from model.reproduction.lock import Lock, held, said

HOLDER = """
import os, sys, time
from pathlib import Path
from model.reproduction.lock import Lock
lock = Lock(Path(sys.argv[1]))
print(lock.take(), flush=True)
if lock._file: lock.write({"by": "the holder"})
if "fork" in sys.argv and os.fork() == 0:
    os.setsid()
    time.sleep(30)
sys.stdin.read()
"""


def holder(path: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_own_process_has_it_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "lock"
    assert not held(path)
    lock = Lock(path)
    assert lock.take()
    assert not Lock(path).take()
    assert held(path)
    lock.write({"by": "a long name"})
    lock.write({"by": "me"})
    assert lock.read() == {"by": "me"}
    lock.give_back()
    assert not held(path)
    assert path.read_bytes() == b""
    assert Lock(path).take()


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("fork",)])
def test_another_process_keeps_us_out_until_it_is_killed(tmp_path: Path, more: str) -> None:
    """Its forked child, which lives on, does not keep the lock."""
    path = tmp_path / "lock"
    process = holder(path, *more)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    while not said(path):
        time.sleep(0.01)
    assert held(path)
    assert held(path)  # to look does not take it away
    assert not Lock(path).take()
    children = psutil.Process(process.pid).children()
    process.kill()
    process.wait()
    assert len(children) == len(more)
    assert all(child.is_running() for child in children)
    assert not held(path)
    lock = Lock(path)
    assert lock.take()
    assert lock.read() == {"by": "the holder"}  # what it did not take back
    lock.give_back()
    for child in children:
        child.kill()
    process.communicate(timeout=300)


@pytest.mark.slow
def test_two_at_once_never_both_have_it(tmp_path: Path) -> None:
    processes = [holder(tmp_path / "lock") for _ in range(4)]
    taken = [process.stdout.readline() for process in processes if process.stdout]
    assert sorted(taken) == ["False\n"] * 3 + ["True\n"]
    for process in processes:
        process.kill()
        process.communicate(timeout=300)

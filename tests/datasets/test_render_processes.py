"""Rendering on several cores leaves no process behind, however it ends."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

RENDER = ("cases", "render", "athletics", "--clips", "70", "--jobs", "2", "--out")
PATIENCE_S = 120


@pytest.mark.slow
def test_its_processes_end_with_the_one_that_is_killed(tmp_path: Path) -> None:
    command = "from app.cli import main; import sys; raise SystemExit(main(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", command, *RENDER, str(tmp_path / "athletics")]
    ) as parent:
        family = psutil.Process(parent.pid)
        wait(lambda: list(tmp_path.glob("athletics/*/*.json")))
        children = family.children(recursive=True)
        assert len(children) >= 2
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
    assert alive == []


def wait(until: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.1)

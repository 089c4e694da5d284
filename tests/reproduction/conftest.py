"""A folder in which made plans run, and the command on them as a process."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from model.reproduction.task import Task
from tests.reproduction import made

ROOT = Path(__file__).parents[2]
Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A data set of empty files."""
    return made.folder_of_clips(tmp_path / "clips")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file in which made tasks tell what they do; with it they can be made."""
    path = tmp_path / "runs"
    monkeypatch.setenv("MADE_RUNS", str(path))
    monkeypatch.setenv("MADE_MENDED", str(tmp_path / "mended"))
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path / "data"))
    with made.protocols():
        yield path


def interruptible() -> None:
    """Undo what a shell that runs the tests in the background has ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def started(runs: Path) -> Iterator[Started]:
    """`started(tasks, *arguments)`: tests.reproduction.made as a process, until the test's end; on
    the CPU, which made tasks need no torch to know."""
    processes: list[subprocess.Popen[str]] = []

    def start(tasks: Sequence[Task], *arguments: object) -> "subprocess.Popen[str]":
        cpu = ("--device", "cpu") if arguments[0] == "reproduce" else ()
        environment = {
            **os.environ,
            "MADE_TASKS": json.dumps([asdict(task) for task in tasks]),
            "PYTHONPATH": str(ROOT),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.reproduction.made", *map(str, arguments), *cpu],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=300)

"""The command as a whole: subcommands are discovered, help is quick, failures are one line."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import app.cli
from app.cli import Exit, build_parser, exit_code, main
from model import __version__
from model.datasets.athletics.scene import Scene
from model.errors import InvalidCheckpoint, UnknownMethod, VideoTooLarge
from model.video.decode import open_clip

PROGRAM = Path(sys.executable).with_name("kairoscope")


def test_every_module_with_register_is_a_subcommand() -> None:
    folder = Path(app.cli.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if "def register(" in path.read_text()}
    assert {"analyze", "bench", "cases", "serve", "worker"} <= modules
    usage = build_parser().format_help()
    for name in modules:
        assert f"\n    {name}" in usage


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"kairoscope {__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom app.cli import build_parser\nbuild_parser().format_help()\n"
        "heavy = {'torch', 'cv2', 'numpy', 'dash', 'celery'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("command", "code"),
    [(["analyze", "--list-methods"], Exit.UNREAD), (["weights", "show", "nothing"], Exit.FAILED)],
)
def test_a_reader_of_stdout_that_has_enough_is_no_failure(command: list[str], code: Exit) -> None:
    done = unread(command, subprocess.PIPE)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert (done.stderr == b"") == (code == Exit.UNREAD)


def test_neither_is_one_that_has_enough_of_all_output() -> None:
    """`2>&1 | head`: the line of a failure has no reader, either."""
    assert unread(["weights", "show", "nothing"], subprocess.STDOUT).returncode == Exit.UNREAD
    assert Exit.UNREAD == 128 + signal.SIGPIPE


def unread(command: list[str], stderr: int) -> subprocess.CompletedProcess[bytes]:
    """The command with a stdout that was closed before it writes a word."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as stdout:
        return subprocess.run([PROGRAM, *command], stdout=stdout, stderr=stderr, check=False)


def test_closed_output_is_no_failure() -> None:
    closed = ["sh", "-c", f"{PROGRAM} weights list >&-"]
    done = subprocess.run(closed, stderr=subprocess.PIPE, check=False)
    assert (done.stderr, done.returncode) == (b"", Exit.DONE)


def test_a_pipe_of_the_work_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr(app.cli, "_run", broken)
    monkeypatch.setattr(app.cli, "_unread", list)
    with pytest.raises(BrokenPipeError):
        main(["weights", "list"])


def test_exit_codes() -> None:
    assert exit_code(UnknownMethod("x")) == Exit.USAGE == 2
    assert exit_code(VideoTooLarge("x")) == Exit.UNREADABLE == 3
    assert exit_code(InvalidCheckpoint("x")) == Exit.FAILED == 4


def test_a_wrong_setting_is_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAIROSCOPE_PORT", "seventy")
    assert main(["serve"]) == Exit.USAGE
    line = capsys.readouterr().err
    assert line.startswith("kairoscope: KAIROSCOPE_PORT=seventy")
    assert line.count("\n") == 1


def test_a_busy_port_is_one_line_with_the_fix(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("KAIROSCOPE_DATA_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("KAIROSCOPE_PORT", str(taken.getsockname()[1]))
        assert main(["serve"]) == Exit.FAILED
    line = capsys.readouterr().err
    assert "Address already in use" in line
    assert "KAIROSCOPE_PORT=" in line
    assert line.count("\n") == 1


@pytest.mark.slow
def test_cases_render_writes_clips_with_their_phases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scene, "frames", _first_frames(Scene.frames))
    assert main(["cases", "render", str(tmp_path), "--clips", "1"]) == Exit.DONE
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.parent.name for path in paths] == ["LongJump", "PoleVault"]
    for path in paths:
        with open_clip(path) as stream:
            assert sum(len(batch.times_N) for batch in stream) == 2
        truth = json.loads(path.with_suffix(".json").read_text())
        assert truth["seed"] == 20000
        assert any(phase["decisive"] for phase in truth["phases"])


@pytest.mark.parametrize("wrong", [[], ["DIR", "--clips", "0"], ["DIR", "--codec", "av1"]])
def test_cases_render_refuses_wrong_usage(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["cases", "render", *wrong])
    assert stopped.value.code == Exit.USAGE


def _first_frames(frames: Callable[[Scene], Iterator[Any]]) -> Callable[[Scene], Iterator[Any]]:
    """Two frames say enough of a clip that takes seconds to render."""
    return lambda scene: islice(frames(scene), 2)

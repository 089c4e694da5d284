"""Codec processes: what crashes, hangs or lies there never harms the caller."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.errors import UnreadableVideo, VideoTooLarge
from model.video.child import Child
from model.video.decode import open_clip
from model.video.limits import Limits
from tests.clips import grey_frames, moving_square, write_clip

ROOT = Path(__file__).resolve().parents[2]


def gone(pid: int, within_s: float = 5) -> bool:
    """Whether the process has ended (a zombie has)."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
@pytest.mark.parametrize("which", [signal.SIGKILL, signal.SIGSEGV])
def test_a_crash_is_an_unreadable_video(long_clip, which):
    with open_clip(long_clip) as stream:
        batches = iter(stream)
        next(batches)
        os.kill(stream.pid, which)
        with pytest.raises(UnreadableVideo, match=rf"crashed \({which.name}\)"):
            list(batches)


@pytest.mark.slow
def test_a_hang_is_an_unreadable_video(long_clip):
    with open_clip(long_clip, Limits(stall_seconds=0.5)) as stream:
        os.kill(stream.pid, signal.SIGSTOP)
        with pytest.raises(UnreadableVideo, match=r"hung: no answer for 0\.5 s"):
            list(stream)
        pid = stream.pid
    assert gone(pid)


@pytest.mark.slow
def test_leaving_early_ends_the_decoder(long_clip):
    with open_clip(long_clip) as stream:
        next(iter(stream))
        pid = stream.pid
    assert gone(pid, within_s=0.5)


@pytest.mark.slow
def test_the_decoder_dies_with_its_parent(long_clip):
    script = (
        "import sys, time\n"
        "from model.video.decode import open_clip\n"
        "with open_clip(sys.argv[1]) as stream:\n"
        "    next(iter(stream))\n"
        "    print(stream.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(long_clip)], stdout=subprocess.PIPE, cwd=ROOT
    )
    with parent:
        pid = int(parent.stdout.readline())
        assert not gone(pid, within_s=0.1)
        parent.kill()
    assert gone(pid)


@pytest.mark.slow
def test_an_idle_decoder_dies_with_its_parent(long_clip):
    """One that waits and never writes again notices by its stdin."""
    with open_clip(long_clip) as stream:
        next(iter(stream))
        stream._child._stdin.close()
        assert gone(stream.pid)


@pytest.mark.slow
def test_too_little_memory_is_a_refusal_not_a_crash_of_the_caller(tmp_path):
    path = write_clip(
        tmp_path / "wide.mp4", grey_frames(2, 1920, 1088), options={"preset": "ultrafast"}
    )
    tight = Limits(memory_bytes=130 * 1024**2)
    with (
        open_clip(path, tight) as stream,
        pytest.raises(UnreadableVideo, match=r"memory|crashed|no decodable"),
    ):
        list(stream)


@pytest.mark.slow
def test_too_little_processor_time_ends_the_decoder(long_clip):
    with (
        open_clip(long_clip, Limits(cpu_seconds=1), size=1500) as stream,
        pytest.raises(UnreadableVideo, match=r"SIGXCPU|SIGKILL"),
    ):
        list(stream)


@pytest.mark.slow
def test_limits_hold_inside_the_child(long_clip):
    limits = Limits()
    with open_clip(long_clip, limits) as stream:
        next(iter(stream))
        soft, hard = resource.prlimit(stream.pid, resource.RLIMIT_AS)
        assert soft == hard == limits.memory_bytes
        assert resource.prlimit(stream.pid, resource.RLIMIT_FSIZE) == (65_536, 65_536)
        assert resource.prlimit(stream.pid, resource.RLIMIT_CORE) == (0, 0)


def test_no_secret_reaches_the_decoder(long_clip, monkeypatch):
    monkeypatch.setenv("KAIROSCOPE_TOKEN", "secret-of-the-server")
    with open_clip(long_clip) as stream:
        next(iter(stream))
        environment = Path(f"/proc/{stream.pid}/environ").read_text()
    assert "PYTHONPATH" in environment
    assert "secret" not in environment


@pytest.mark.slow
def test_decoder_noise_stays_inside(tmp_path, capfd):
    path = write_clip(tmp_path / "hurt.mp4", moving_square(20))
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(len(data) // 2 - len(data) // 3)
    path.write_bytes(data)
    with open_clip(path) as stream:
        list(stream)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_refusals_keep_their_class(tmp_path):
    path = write_clip(tmp_path / "a.mp4", grey_frames(3))
    job = {"path": str(path)}
    with Child("probe", job, Limits(max_frames=2)) as child, pytest.raises(VideoTooLarge) as caught:
        list(child.messages())
    assert "3 frames; at most 2" in caught.value.message
    assert caught.value.hint


@pytest.mark.slow
def test_children_import_neither_torch_nor_cv2():
    script = (
        "import sys\n"
        "from model.video import nursery_main\n"
        "[nursery_main._module(name) for name in nursery_main.LOADED]\n"
        "print(sorted({'torch', 'cv2', 'scipy'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert answer.stdout.strip() == "[]"

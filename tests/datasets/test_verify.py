"""Verification: each bad clip is named with its code and reason, the good ones pass."""

import threading
import time

import pytest

from model.datasets.types import Sample
from model.datasets.verify import refused, verify
from model.errors import Cancelled, UnreadableVideo
from model.video.limits import Limits
from tests.clips import grey_frames, write_clip, write_tone


def samples(*paths):
    return [Sample(path, 0, path.stem) for path in paths]


@pytest.mark.slow
def test_bad_clips_are_named_in_order_with_code_and_reason(tmp_path):
    good = write_clip(tmp_path / "good.mp4", grey_frames(3))
    large = write_clip(tmp_path / "large.mp4", grey_frames(3, 128, 96))
    tone = write_tone(tmp_path / "tone.mp4")
    broken, absent = tmp_path / "broken.avi", tmp_path / "absent.avi"
    broken.write_bytes(b"this is no video")
    seen = []
    faults = verify(
        samples(absent, good, tone, large, broken),
        Limits(max_pixels=64 * 48),
        lambda done, total, name: seen.append((done, total, name)),
    )
    assert [(fault.path, fault.code) for fault in faults] == [
        (absent, "unreadable-video"),
        (tone, "unreadable-video"),
        (large, "video-too-large"),
        (broken, "unreadable-video"),
    ]
    reasons = ("No such file", "no video stream", "12,288 pixels", "not a readable video")
    for fault, reason in zip(faults, reasons, strict=True):
        assert reason in fault.message
    assert [done for done, _, _ in seen] == [1, 2, 3, 4, 5]
    assert {total for _, total, _ in seen} == {5}
    assert {name for _, _, name in seen} == {
        "good.mp4", "large.mp4", "tone.mp4", "broken.avi", "absent.avi",
    }  # fmt: skip


@pytest.mark.slow
def test_a_clip_of_several_samples_is_looked_at_once(tmp_path):
    good = write_clip(tmp_path / "good.mp4", grey_frames(2))
    seen = []
    verify(samples(good, good), on_progress=lambda *told: seen.append(told))
    assert seen == [(1, 1, "good.mp4")]


def test_as_many_at_a_time_as_wanted(tmp_path):
    """Three looks that wait for each other end only when all three run at once."""
    meeting = threading.Barrier(3, timeout=20)
    paths = [tmp_path / str(n) for n in range(3)]
    assert refused(paths, lambda path: meeting.wait(), jobs=3) == []


def test_a_bug_is_no_fault_of_the_clip(tmp_path):
    def look(path):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refused([tmp_path / "a"], look, jobs=1)


@pytest.mark.slow
def test_a_cancelled_run_looks_at_no_more(tmp_path):
    looked = []

    def stop(done, total, name):
        raise Cancelled("stopped")

    def look(path):
        looked.append(path)
        time.sleep(0.001)  # or all are looked at before the caller's thread has its turn
        raise UnreadableVideo("bad")

    with pytest.raises(Cancelled):
        refused([tmp_path / str(n) for n in range(1000)], look, jobs=1, on_progress=stop)
    assert len(looked) < 1000

"""The edit list against CMX 3600: columns, timecodes, rates."""

import re
from fractions import Fraction

import numpy as np
import pytest

from app.exports import edl
from app.exports.source import Source
from model.errors import InvalidParameter
from model.types import Analysis
from tests.app.exports.conftest import clip, keyframes, stills

EVENT = re.compile(
    r"(?P<number>\d{3})  (?P<reel>[A-Z0-9 ]{8}) (?P<track>V    ) (?P<cut>C       ) "
    r"(?P<source_in>\S{11}) (?P<source_out>\S{11}) (?P<record_in>\S{11}) (?P<record_out>\S{11})"
)
NTSC = Fraction(30_000, 1001)


def events(text: str) -> list[dict[str, str]]:
    """The events of an edit list; asserts its form."""
    title, mode, *lines = text.splitlines()
    assert re.fullmatch(r"TITLE: .+", title)
    assert mode == "FCM: NON-DROP FRAME"
    found = []
    for line in lines:
        if match := EVENT.fullmatch(line):
            found.append(match.groupdict())
        else:
            assert not line or (found and line.startswith("* "))  # a comment follows its event
    return found


def count(timecode: str, base: int) -> int:
    hours, minutes, seconds, frames = map(int, timecode.split(":"))
    assert minutes < 60
    assert seconds < 60
    assert frames < base
    return ((hours * 60 + minutes) * 60 + seconds) * base + frames


def made(times_T: object, index_K: object, end_s: float, name: str = "jump.mp4") -> str:
    chosen = clip(times_T, end_s)
    analysis = Analysis(chosen, None, {"sms": keyframes("sms", chosen, index_K)})
    return edl.write(Source(analysis, name, stills), "sms")


@pytest.mark.parametrize(
    ("rate", "counted", "base", "a_frame"),
    [(25, Fraction(25), 25, 1), (30, Fraction(30), 30, 1), (12, Fraction(24), 24, 2),
     (10, Fraction(30), 30, 3), (NTSC, NTSC, 30, 1), (60, Fraction(60), 60, 1),
     (Fraction(24_000, 1001), Fraction(24_000, 1001), 24, 1)],
)  # fmt: skip
def test_at_a_constant_rate_counts_are_frames(
    rate: Fraction, counted: Fraction, base: int, a_frame: int
) -> None:
    times_T = np.round(np.arange(300) / float(rate), 3)  # as Matroska has them
    assert edl.frame_rate(times_T) == counted
    found = events(made(times_T, [0, 7, 299], 300 / float(rate)))
    starts = [count(event["source_in"], base) for event in found]
    assert starts == [0, 7 * a_frame, 299 * a_frame]
    assert count(found[-1]["source_out"], base) == 300 * a_frame
    assert [event["source_out"] for event in found[:-1]] == [e["source_in"] for e in found[1:]]
    for event in found:
        assert (event["record_in"], event["record_out"]) == (
            event["source_in"], event["source_out"],
        )  # fmt: skip
    assert [event["number"] for event in found] == ["001", "002", "003"]


@pytest.mark.parametrize(
    ("gaps", "counted"),
    [([1 / 30, 1 / 15], 30), ([1 / 24, 1 / 20], 24), ([1 / 240, 1], 60), ([1 / 48, 1 / 3], 50)],
)
def test_at_a_variable_rate_the_shortest_frame_decides(gaps: list[float], counted: int) -> None:
    times_T = np.cumsum([0.0, *gaps * 20])
    assert edl.frame_rate(times_T) == counted
    found = events(made(times_T, [1, 2, 30], times_T[-1] + gaps[0]))
    starts = np.array([count(event["source_in"], counted) for event in found])
    if gaps[0] * counted > 0.9:
        np.testing.assert_allclose(starts, times_T[[1, 2, 30]] * counted, atol=0.5)


def test_one_frame_is_one_event() -> None:
    [event] = events(made([0.0], [0], 0.04))
    assert (event["source_in"], event["source_out"]) == ("00:00:00:00", "00:00:00:01")


def test_no_event_is_empty_however_dense_the_keyframes() -> None:
    found = events(made(np.arange(30) / 1000, range(30), 0.03))
    ins = [count(event["source_in"], 60) for event in found]
    assert ins == list(range(30))


@pytest.mark.parametrize(
    ("name", "reel"),
    [("jump.mp4", "JUMP"), ("Pole Vault 2024.mov", "POLEVAUL"), ("跳.mp4", "AX"),
     ("=cmd|.mp4", "CMD"), ("a_b-c.d.e", "ABCD")],
)  # fmt: skip
def test_reels(name: str, reel: str) -> None:
    text = made([0.0, 0.04], [0], 0.08, name)
    assert events(text)[0]["reel"].strip() == reel
    assert f"* FROM CLIP NAME: {name}\n" in text


def test_a_name_stays_on_its_line() -> None:
    text = made([0.0], [0], 0.04, "a\n* KAIROSCOPE {}\u2028\x0b.mp4")
    assert len(events(text)) == 1
    assert edl.read(text).index_K.tolist() == [0]


def test_hours_count() -> None:
    assert edl.timecode(round(3600 * NTSC), NTSC) == "00:59:56:12"  # non-drop runs behind the clock
    assert edl.timecode(3600 * 25 + 1, Fraction(25)) == "01:00:00:01"


def test_more_keyframes_than_events_are_refused() -> None:
    times_T = np.arange(1001) / 25
    assert len(events(made(times_T, range(999), 1001 / 25))) == 999
    with pytest.raises(InvalidParameter, match="at most 999 keyframes in an EDL, got 1000"):
        made(times_T, range(1000), 1001 / 25)

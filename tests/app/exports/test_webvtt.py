"""The chapters against the syntax of WebVTT (W3C, section 4), by a parser that forgives nothing."""

import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from app.exports import webvtt
from app.exports.source import Source
from model.types import Analysis
from tests.app.exports.conftest import clip, keyframes, stills

STAMP = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMINGS = re.compile(f"{STAMP}[ \t]+-->[ \t]+{STAMP}")


class Cue(NamedTuple):
    name: str
    start_ms: int
    end_ms: int
    text: str


def parsed(text: str) -> list[Cue]:
    """The cues of a WebVTT file of chapters; asserts every rule of the syntax that it meets."""
    assert "\0" not in text
    assert re.match(r"WEBVTT(?:[ \t][^\n]*)?\n\n", text)
    assert text.endswith("\n")
    cues = []
    for block in re.split(r"\n{2,}", text.rstrip("\n"))[1:]:
        lines = block.split("\n")
        if re.match(r"NOTE(?:[ \t]|$)", lines[0]):
            assert "-->" not in block
            continue
        name = "" if "-->" in lines[0] else lines.pop(0)
        match = TIMINGS.fullmatch(lines[0])
        assert match, lines[0]
        start, end = (milliseconds(match.groups()[at : at + 4]) for at in (0, 4))
        payload = "\n".join(lines[1:])
        assert payload
        assert "-->" not in payload
        assert not re.search(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)|[<>]", payload)
        cues.append(Cue(name, start, end, payload))
    for cue in cues:
        assert cue.start_ms < cue.end_ms
    for before, after in pairwise(cues):
        assert before.end_ms <= after.start_ms  # chapters nest or follow each other
    assert len({cue.name for cue in cues}) == len(cues)
    return cues


def milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, ms = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms


def test_each_keyframe_is_a_chapter_up_to_the_next(source: Source) -> None:
    for name, kept in source.analysis.methods.items():
        cues = parsed(webvtt.write(source, name))
        assert [cue.text for cue in cues] == [f"Frame {index}" for index in kept.index_K]
        starts_ms = np.array([cue.start_ms for cue in cues])
        if np.diff(kept.time_K, append=source.analysis.clip.info.duration_s).min() > 2e-3:
            np.testing.assert_allclose(starts_ms, kept.time_K * 1000, atol=0.5)
            assert abs(cues[-1].end_ms - source.analysis.clip.info.duration_s * 1000) <= 0.5
        assert [cue.end_ms for cue in cues[:-1]] == starts_ms[1:].tolist()


def test_chapters_in_one_millisecond_are_still_valid() -> None:
    chosen = clip(np.arange(5) * 1e-4, 5e-4)
    analysis = Analysis(chosen, None, {"a": keyframes("a", chosen, range(5))})
    cues = parsed(webvtt.write(Source(analysis, "a-->b\n.mp4", stills), "a"))
    assert [(cue.start_ms, cue.end_ms) for cue in cues] == [(n, n + 1) for n in range(5)]


def test_hours_have_their_place() -> None:
    chosen = clip([0.0, 3600.5, 360_000.0], 360_001.25)
    analysis = Analysis(chosen, None, {"a": keyframes("a", chosen, [1, 2])})
    text = webvtt.write(Source(analysis, "x", stills), "a")
    assert "\n01:00:00.500 --> 100:00:00.000\n" in text
    assert parsed(text)[1].end_ms == 360_001_250

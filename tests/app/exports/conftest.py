"""Analyses to export, the odd ones among them."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from app.exports.source import Source
from model.types import Analysis, Clip, Curve, FrameScores, Keyframes, VideoInfo
from tests.marks import quick

FORMULA = "=cmd|' /C calc'!A0"


def stills(indices: Iterable[int], *, longest: int | None = None) -> Iterator[tuple[int, bytes]]:
    """A file a frame, which says what was asked for."""
    for index in sorted(set(indices)):
        yield index, f"JPEG of frame {index}, {longest}".encode()


def clip(times_T: Iterable[float], end_s: float) -> Clip:
    times_T = np.array(list(times_T), np.float64)
    info = VideoInfo("ab" * 32, len(times_T), None, 1920, 1080, end_s, "h264", "MP4/MOV",
                     ("a stall at 1 s </script>",))  # fmt: skip
    return Clip(info, times_T)


def keyframes(name: str, chosen: Clip, index_K: Iterable[int], **more: object) -> Keyframes:
    index_K = np.array(list(index_K))
    score_K = np.linspace(-1, 1 / 3, len(index_K))
    return Keyframes(name, index_K, chosen.times_T[index_K], score_K, **more)


def steps_of(chosen: Clip, every: int) -> FrameScores:
    index_S = np.arange(0, chosen.info.frames, every)
    weight_S = np.random.default_rng(1).random(len(index_S)) + 0.01
    gate_S = np.linspace(0.1, 1, len(index_S))
    phi_S = weight_S / weight_S.sum()
    return FrameScores(index_S, chosen.times_T[index_S], phi_S, gate_S, gate_S > 0.6, 0.6)


def uneven() -> Analysis:
    """Frame times in thirds, names and labels that a spreadsheet or a page would run."""
    gaps_T = np.tile([1 / 30, 1 / 15, 1 / 12, 1 / 7], 15)
    chosen = clip(np.cumsum(gaps_T) - gaps_T[0], float(gaps_T.sum()))
    time_N = np.linspace(0, 5, 40)
    curves = {
        "d": Curve(time_N, np.sin(time_N), FORMULA, "bits", 0.1),
        "+e": Curve(time_N[:1], -time_N[:1], "'quoted', <b>größe</b>\n跳", "-"),
        "none": Curve(time_N[:0], time_N[:0], "empty"),
    }
    quality = {"coverage": 0.5}
    sms = keyframes("sms", chosen, [0, 7, 59], curves=curves, seconds=0.25, notices=("-n",),
                    parameters={"sigma": 1.5, "keyframes": None}, quality=quality)  # fmt: skip
    recognition = {"whole": {"top": [{"label": "<i>jump", "probability": 0.5}]}, "methods": {}}
    return Analysis(
        chosen,
        steps_of(chosen, 3),
        {"sms": sms, "rtsae": keyframes("rtsae", chosen, range(1, 60, 9))},
        recognition,
        {"seconds": {"decode": 1.25}},
        {"file": FORMULA, "packages": {"numpy": "2"}, "reused": []},
    )


def single() -> Analysis:
    """One frame, one step, one keyframe."""
    chosen = clip([0.0], 0.04)
    return Analysis(chosen, steps_of(chosen, 1), {"uniform": keyframes("uniform", chosen, [0])})


def dense() -> Analysis:
    """No steps; every frame a keyframe, several in a millisecond."""
    chosen = clip(np.arange(12) * 3e-4, 12 * 3e-4)
    return Analysis(chosen, None, {"@all": keyframes("@all", chosen, range(12))})


def long() -> Analysis:
    """Hours of 29.97 frames a second, keyframes far apart."""
    chosen = clip(np.arange(0, 120_000) * 1001 / 30_000, 120_000 * 1001 / 30_000)
    return Analysis(chosen, None, {"kts": keyframes("kts", chosen, [5, 1800, 107_999, 119_999])})


ANALYSES = {made.__name__: made() for made in (uneven, single, dense, long)}


@pytest.fixture(params=quick(3, ANALYSES))
def source(request: pytest.FixtureRequest) -> Source:
    return Source(ANALYSES[request.param], "=cmd|.mp4", stills)


@pytest.fixture
def odd() -> Source:
    """The one with the most in it."""
    return Source(ANALYSES["uneven"], "跳 <b>-->.mp4", stills)

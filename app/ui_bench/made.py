"""Analyses that are made up, in the amounts of real ones: the pages cannot tell, and the network
would take longer over the long video than everything else together."""

from collections.abc import Iterator

import numpy as np

from model import methods as registered
from model.types import Analysis, Clip, Curve, FrameScores, Keyframes

STEPS_PER_S = 10
BUDGETS = 16  # every method also answers for 1, 2, ... frames
CURVES = {  # over all frames; each as its method labels it
    "sms": ("motion",),
    "ranktracing": ("rank", "ratio"),
    "superframes": ("interest", "motion"),
}


def made_analysis(clip: Clip, keyframes: int, seed: int) -> Analysis:
    """Scores at ten steps a second, and by every default method `keyframes` frames, or all where
    there are fewer; drawn by `seed`."""
    random = np.random.default_rng(seed)
    steps = _scores(clip, random)
    methods = {}
    for name in registered.DEFAULT:
        curves = dict(_curves(name, clip, steps, random))
        answers = tuple(_keyframes(name, clip, k, random) for k in range(1, BUDGETS + 1))
        chosen = _keyframes(name, clip, keyframes, random)
        methods[name] = Keyframes(
            name, chosen.index_K, chosen.time_K, chosen.score_K, curves=curves, budget=answers,
            quality=chosen.quality,
        )  # fmt: skip
    return Analysis(clip, steps, methods)


def _scores(clip: Clip, random: np.random.Generator) -> FrameScores:
    times_T, end_s = clip.times_T, clip.info.duration_s
    wanted = np.searchsorted(times_T, np.arange(0, end_s, 1 / STEPS_PER_S))
    index_S = np.unique(np.minimum(wanted, len(times_T) - 1)).astype(np.int64)
    phi_S = random.random(len(index_S)) + 0.01
    gate_S = random.random(len(index_S)) ** 2  # open at a good quarter of the steps
    return FrameScores(index_S, times_T[index_S], phi_S / phi_S.sum(), gate_S, gate_S >= 0.5)


def _curves(
    name: str, clip: Clip, steps: FrameScores, random: np.random.Generator
) -> Iterator[tuple[str, Curve]]:
    if name == "rtsae":
        yield "phi", Curve(steps.time_S, steps.phi_S, "attention phi_t", "of 1")
        yield "gate", Curve(steps.time_S, steps.gate_S, "gate a_t", "", steps.threshold)
    for curve in CURVES.get(name, ()):
        yield curve, Curve(clip.times_T, random.random(len(clip.times_T)), curve)


def _keyframes(name: str, clip: Clip, k: int, random: np.random.Generator) -> Keyframes:
    frames = clip.info.frames
    index_K = np.sort(random.choice(frames, min(k, frames), replace=False)).astype(np.int64)
    quality = {"coverage": 0.9, "redundancy": 0.1}
    return Keyframes(
        name, index_K, clip.times_T[index_K], random.random(len(index_K)), quality=quality
    )

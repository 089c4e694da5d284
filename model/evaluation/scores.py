"""The one document of how an analysis compares with ground truth: the page, REST and the command
line show the same."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from model.evaluation.matching import TOLERANCE_S, Score, agreement, hit, match, spans
from model.evaluation.truth import GroundTruth
from model.types import Analysis, Floats, Keyframes

Document = dict[str, Any]


def scores(
    analysis: Analysis, truth: GroundTruth | None = None, tolerance_s: float = TOLERANCE_S
) -> Document:
    """Each method's keyframes against `truth`, and against those of the other methods.

    `{"tolerance_s", "methods": {name: entry}, "agreement": {"methods": [name], "f": [[F]]}}`, where
    an entry holds, each null where the truth or an older analysis lacks what it takes:

    - `annotators`: `{name: {precision, recall, f}}` of those who marked keyframes, their `mean`,
      and the name of the `best`, with the highest F;
    - `intervals`: `{"annotators", "mean", "best"}` of those who marked intervals;
    - `phases`: `{"decisive": share of keyframes in or near a decisive phase, "counts": [{"name",
      "decisive", "keyframes"}]}`, the counts without tolerance;
    - `coverage` and `redundancy`.

    Raises InvalidAnnotations for marks that are beyond the clip.
    """
    known = truth.in_seconds(analysis.clip.times_T) if truth else None
    times = {name: keyframes.time_K for name, keyframes in analysis.methods.items()}
    return {
        "tolerance_s": tolerance_s,
        "methods": {
            name: _entry(keyframes, known, tolerance_s)
            for name, keyframes in analysis.methods.items()
        },
        "agreement": {"methods": list(times), "f": agreement(times, tolerance_s).tolist()},
    }


def _entry(keyframes: Keyframes, truth: GroundTruth | None, tolerance_s: float) -> Document:
    time_K = keyframes.time_K
    people = truth.annotators if truth else ()
    points = {
        who.name: match(time_K, np.asarray(who.keyframes), tolerance_s)
        for who in people
        if who.keyframes
    }
    stretches = {
        who.name: hit(time_K, who.intervals, tolerance_s) for who in people if who.intervals
    }
    return {
        **_of_people(points),
        "intervals": _of_people(stretches) if stretches else None,
        "phases": _phases(time_K, truth, tolerance_s) if truth and truth.phases else None,
        "coverage": keyframes.quality.get("coverage"),
        "redundancy": keyframes.quality.get("redundancy"),
    }


def _of_people(found: Mapping[str, Score]) -> Document:
    """Each annotator's score, their mean, and the name of the one with the highest F."""
    if not found:
        return {"annotators": None, "mean": None, "best": None}
    return {
        "annotators": {name: asdict(score) for name, score in found.items()},
        "mean": asdict(Score.mean(found.values())),
        "best": max(found, key=lambda name: found[name].f),
    }


def _phases(time_K: Floats, truth: GroundTruth, tolerance_s: float) -> Document:
    decisive = [(phase.start, phase.end) for phase in truth.phases if phase.decisive]
    first_I, beyond_I = spans(time_K, [(phase.start, phase.end) for phase in truth.phases], 0.0)
    return {
        "decisive": hit(time_K, decisive, tolerance_s).precision if decisive else None,
        "counts": [
            {"name": phase.name, "decisive": phase.decisive, "keyframes": count}
            for phase, count in zip(truth.phases, (beyond_I - first_I).tolist(), strict=True)
        ],
    }

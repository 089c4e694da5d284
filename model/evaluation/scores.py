"""The one document of how an analysis compares with ground truth: the page, REST and the command
line show the same."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from model.evaluation.matching import TOLERANCE_S, Score, agreement, hit, match, spans
from model.evaluation.truth import GroundTruth
from model.evaluation.vsumm import matches
from model.types import Analysis, Floats, Indices, Keyframes

Document = dict[str, Any]
FIGURES = ("precision", "recall", "f")


def scores(
    analysis: Analysis,
    truth: GroundTruth | None = None,
    tolerance_s: float = TOLERANCE_S,
    hues: Mapping[int, Indices] | None = None,
) -> Document:
    """Each method's keyframes against `truth`, and against those of the other methods.

    `hues` holds the hue histogram (model.evaluation.vsumm) of every keyframe and every annotated
    one, by decoded frame; None where nobody looked at the pictures.

    `{"tolerance_s", "methods": {name: entry}, "agreement": {"methods": [name], "f": [[F]]}}`, where
    an entry holds, each null where the truth or an older analysis lacks what it takes:

    - `annotators`: `{name: {precision, recall, f}}` of those who marked keyframes, their `mean`,
      and the name of the `best`, with the highest F;
    - `hue`: `{"annotators", "mean", "best"}` of the same people, by the hues of the frames;
    - `intervals`: `{"annotators", "mean", "best"}` of those who marked intervals;
    - `phases`: `{"decisive": share of keyframes in or near a decisive phase, "counts": [{"name",
      "decisive", "keyframes"}]}`, the counts without tolerance;
    - `keyframes`, how many, and their `coverage` and `redundancy`.

    Raises InvalidAnnotations for marks that are beyond the clip.
    """
    known = truth.in_seconds(analysis.clip.times_T) if truth else None
    marked = truth.frames(analysis.clip.times_T) if truth and hues else {}
    times = {name: keyframes.time_K for name, keyframes in analysis.methods.items()}
    return {
        "tolerance_s": tolerance_s,
        "methods": {
            name: _entry(keyframes, known, tolerance_s)
            | {"hue": _by_hue(keyframes.index_K, marked, hues or {})}
            for name, keyframes in analysis.methods.items()
        },
        "agreement": {"methods": list(times), "f": agreement(times, tolerance_s).tolist()},
    }


def over_videos(documents: Sequence[Document]) -> Document:
    """The mean of `scores` over videos: each method's figures over those that have them, `videos`
    in all, and the agreement of the methods that every video has.

    A method's mean over a video's annotators counts once, however many they are; precision, recall
    and F of intervals are named `interval_...`, by hues `hue_...`.
    """
    every = [document["methods"] for document in documents]
    names = dict.fromkeys(name for methods in every for name in methods)
    figures = {
        name: [_figures(methods[name]) for methods in every if name in methods] for name in names
    }
    shared = [name for name, rows in figures.items() if len(rows) == len(documents)]
    f_VMM = [[[_f(one["agreement"], a, b) for b in shared] for a in shared] for one in documents]
    return {
        "methods": {name: {"videos": len(rows), **_mean(rows)} for name, rows in figures.items()},
        "agreement": {"methods": shared, "f": np.mean(f_VMM, axis=0).tolist()},
    }


def _figures(entry: Document) -> dict[str, float | None]:
    """An entry's numbers side by side."""
    none: Document = {"mean": dict.fromkeys(FIGURES)}
    hue, intervals = (entry[part] or none for part in ("hue", "intervals"))
    return {
        **{name: entry[name] for name in ("keyframes", "coverage", "redundancy")},
        **(entry["mean"] or none["mean"]),
        **{f"hue_{name}": value for name, value in hue["mean"].items()},
        **{f"interval_{name}": value for name, value in intervals["mean"].items()},
        "decisive": (entry["phases"] or {"decisive": None})["decisive"],
    }


def _mean(rows: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """The mean of each figure over the rows that have it; None where none has."""
    known = {name: [v for row in rows if (v := row[name]) is not None] for name in rows[0]}
    return {name: float(np.mean(values)) if values else None for name, values in known.items()}


def _f(agreement: Document, a: str, b: str) -> float:
    """F of two methods by name."""
    at = agreement["methods"].index
    return float(agreement["f"][at(a)][at(b)])


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
        "keyframes": len(time_K),
        **_of_people(points),
        "intervals": _of_people(stretches) if stretches else None,
        "phases": _phases(time_K, truth, tolerance_s) if truth and truth.phases else None,
        "coverage": keyframes.quality.get("coverage"),
        "redundancy": keyframes.quality.get("redundancy"),
    }


def _by_hue(
    index_K: Indices, marked: Mapping[str, Sequence[int]], hues: Mapping[int, Indices]
) -> Document | None:
    """Of each annotator, by VSUMM's matching of hues; recall is its CUS_A."""
    if not marked:
        return None
    keyframes_KB = [hues[index] for index in index_K.tolist()]
    found = {}
    for name, frames in marked.items():
        pairs = matches([hues[index] for index in frames], keyframes_KB)
        found[name] = Score.of(pairs / len(keyframes_KB), pairs / len(frames))
    return _of_people(found)


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

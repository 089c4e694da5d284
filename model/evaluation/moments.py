"""Where a gate finds attention moments: its keyframes and phi_t in the phases of clips.

Shape legend: S steps of a clip. Each clip's keyframes are set beside as many uniform ones. Phases
are known of rendered clips alone; of others it is known how many keyframes there are, how many lie
late, and how phi_t is spread.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.datasets.types import Sample
from model.errors import InvalidDataset
from model.evaluation.phases import phases_of
from model.methods.filling import midpoints
from model.types import Flags, Floats, FrameScores

LATE = 0.4  # the share at a clip's end that the paper calls crucial
SHOWN = ("Archery", "TaiChi", "Diving", "FrontCrawl", "LongJump", "PoleVault")  # its examples
MOST_SHOWN = 12
Read = Callable[[Path], FrameScores]


def moments(samples: Iterable[Sample], classes: Sequence[str], read: Read) -> dict[str, Any]:
    """A row for each clip, and the course of phi_t and a_t of one clip of each shown class, as
    JSON. `read` gives the gate's scores of a clip."""
    rows, curves = [], {}
    wanted = shown(classes)
    for sample in samples:
        scores, action = read(sample.path), classes[sample.label]
        rows.append({"clip": sample.path.name, "action": action, **row(scores, sample.path)})
        if action in wanted and action not in curves:
            curves[action] = _curve(sample.path, scores)
    return {"phases": all("decisive" in row for row in rows), "rows": rows, "curves": curves}


def shown(classes: Sequence[str]) -> tuple[str, ...]:
    """Classes of which one clip is shown: all where they are few, else the paper's examples, else
    the first ones."""
    if len(classes) <= MOST_SHOWN:
        return tuple(classes)
    examples = tuple(name for name in SHOWN if name in classes)
    return examples or tuple(classes[: len(SHOWN)])


def row(scores: FrameScores, path: Path) -> dict[str, Any]:
    """Figures of one clip: shares are of its keyframes, those of `time` of all steps, those of
    `uniform` of as many uniform keyframes, and those that begin with `phi` of phi_t's mass."""
    phi_S, open_S = scores.phi_S, scores.open_S
    S, K = len(phi_S), int(open_S.sum())
    even_S = np.zeros(S, np.bool_)
    even_S[midpoints(S, K)] = True
    found: dict[str, Any] = {
        "steps": S,
        "keyframes": K,
        "phi_variation": float(phi_S.std() / phi_S.mean()),
        "phi_largest": float(phi_S.max()),
    }
    for name, flags_S in places(scores, path).items():
        found[name] = {
            "keyframes": _share(flags_S, open_S),
            "uniform": _share(flags_S, even_S),
            "time": float(flags_S.mean()),
            "phi": float(phi_S[flags_S].sum()),
        }
    return found


def places(scores: FrameScores, path: Path) -> dict[str, Flags]:
    """Steps by where they lie: `late`, and with known phases near a decisive one (`decisive`) or
    in a `run-up`."""
    time_S = scores.time_S
    interval = float(np.median(np.diff(time_S))) if len(time_S) > 1 else 0.0
    found: dict[str, Flags] = {"late": time_S >= (1 - LATE) * (time_S[-1] + interval)}
    try:
        found["decisive"], found["run-up"] = phases_of(path, scores.index_S)
    except InvalidDataset:
        return found
    return found


def _share(flags_S: Flags, chosen_S: Flags) -> float:
    return float(flags_S[chosen_S].mean())


def _curve(path: Path, scores: FrameScores) -> dict[str, Any]:
    """phi_t and a_t over seconds, and the seconds of steps near a decisive phase."""
    decisive_S = places(scores, path).get("decisive")
    return {
        "clip": path.name,
        "time_S": _rounded(scores.time_S),
        "phi_S": _rounded(scores.phi_S),
        "gate_S": _rounded(scores.gate_S),
        "open_S": scores.open_S.tolist(),
        "decisive_S": None if decisive_S is None else decisive_S.tolist(),
    }


def _rounded(values_S: Floats) -> list[float]:
    return [round(value, 6) for value in values_S.tolist()]

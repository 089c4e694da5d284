"""Made outcomes of recognition, whose accuracies are known by hand, as results of tasks."""

import numpy as np

from model.evaluation.outcomes import LabelledClip, Outcomes, Variant
from model.evaluation.recognition import ALL, EVEN, GATE, MIXED_BACK, RANDOM, mixed_name
from model.reproduction.plan import Results

CLASSES = ("jump", "run")
N = 40


def right(*wrong):
    """Right on all clips but these."""
    return np.array([n not in wrong for n in range(N)], float)


def outcomes(variants, clips=N, kept=0.25):
    """The first half of the clips are of the first class; clip n has n + 1 seconds."""
    labelled = tuple(
        LabelledClip(f"{n}.avi", int(n >= N // 2), 25 * (n + 1), n + 1.0) for n in range(clips)
    )
    label_N = np.array([clip.label for clip in labelled])

    def variant(right_N):
        right_N = right_N[:clips]
        named = np.where(right_N == 1, label_N, 1 - label_N)
        return Variant(right_N, named, np.full(clips, kept))

    return Outcomes(CLASSES, labelled, {name: variant(row) for name, row in variants.items()})


def gated(own, whole=None, clips=N):
    variants = dict.fromkeys((GATE, EVEN, RANDOM, *map(mixed_name, MIXED_BACK)), own)
    return outcomes(variants | {ALL: own if whole is None else whole}, clips)


def results(**found):
    """Results by the task's name, with `_` for `-`; the key of each is its name."""
    rows = {
        name.replace("_", "-"): value if isinstance(value, dict) else of(value)
        for name, value in found.items()
    }
    return Results({name: {"key": name, "result": row} for name, row in rows.items()})


def of(value):
    return {"left_out": {}, "outcomes": value.to_json()}

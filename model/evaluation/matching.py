"""How keyframes agree with what people chose, and with one another, in time.

Shape legend: K keyframes of a method, G of an annotator, I intervals, M methods. Times are seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import combinations

import numpy as np

from model.evaluation.truth import Interval
from model.types import Floats, Indices

# VSUMM's users chose among frames taken once a second, so the same moment may be that far off: half
# a second to either side of the frame that stands for it.
TOLERANCE_S = 0.5
ROUNDING_S = 1e-9  # times are sums of fractions


@dataclass(frozen=True)
class Score:
    """Precision, recall and their harmonic mean F, 0 where both are 0; all in [0, 1]."""

    precision: float
    recall: float
    f: float

    @classmethod
    def of(cls, precision: float, recall: float) -> "Score":
        """With F of the two."""
        total = precision + recall
        return cls(precision, recall, 2 * precision * recall / total if total else 0.0)

    @classmethod
    def mean(cls, scores: Iterable["Score"]) -> "Score":
        """The mean of each figure: F too is a mean, not the harmonic one of means."""
        return cls(*np.mean([astuple(score) for score in scores], axis=0).tolist())


def matched(time_K: Floats, time_G: Floats, tolerance_s: float) -> int:
    """The most pairs of one of each within `tolerance_s` in which none is there twice.

    Both are sorted. On a line the first two that may match always may: a later partner of either
    leaves no more to the rest.
    """
    ours, theirs = time_K.tolist(), time_G.tolist()
    k = g = pairs = 0
    while k < len(ours) and g < len(theirs):
        ahead = ours[k] - theirs[g]
        if abs(ahead) <= tolerance_s + ROUNDING_S:
            k, g, pairs = k + 1, g + 1, pairs + 1
        elif ahead < 0:
            k += 1
        else:
            g += 1
    return pairs


def match(time_K: Floats, time_G: Floats, tolerance_s: float = TOLERANCE_S) -> Score:
    """Precision = matched / K, recall = matched / G. Both are sorted and neither is empty."""
    pairs = matched(time_K, time_G, tolerance_s)
    return Score.of(pairs / len(time_K), pairs / len(time_G))


def hit(time_K: Floats, intervals: Sequence[Interval], tolerance_s: float = TOLERANCE_S) -> Score:
    """Precision = share of keyframes within an interval, recall = share of intervals that hold a
    keyframe. Intervals are [start, end), longer by `tolerance_s` at both; neither may be empty."""
    first_I, beyond_I = spans(time_K, intervals, tolerance_s)
    changes = np.bincount(first_I, minlength=len(time_K) + 1).astype(np.int64)
    changes -= np.bincount(beyond_I, minlength=len(time_K) + 1)
    within_K = np.cumsum(changes)[:-1] > 0
    return Score.of(float(within_K.mean()), float((beyond_I > first_I).mean()))


def spans(
    time_K: Floats, intervals: Sequence[Interval], tolerance_s: float
) -> tuple[Indices, Indices]:
    """Of each interval the first keyframe within and the first beyond it, both (I,)."""
    start_I, end_I = np.asarray(intervals, np.float64).T
    slack = tolerance_s + ROUNDING_S if tolerance_s else 0.0
    first_I = np.searchsorted(time_K, start_I - slack)
    return first_I, np.searchsorted(time_K, end_I + slack)


def agreement(times: Mapping[str, Floats], tolerance_s: float = TOLERANCE_S) -> Floats:
    """F of matching each method's keyframes to each other's, (M, M): symmetric, 1 on the
    diagonal."""
    f_MM = np.eye(len(times))
    for (a, one), (b, other) in combinations(enumerate(times.values()), 2):
        f_MM[a, b] = f_MM[b, a] = match(one, other, tolerance_s).f
    return f_MM

"""Superframe segmentation: hill climbing on boundaries (Gygli et al., ECCV 2014).

A segmentation of T frames is its boundaries `cuts_B`: 0, the first frames of the segments after
the first, T. Segment j is the frames cuts[j] to cuts[j + 1] - 1.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.types import Floats, Indices

MU, SIGMA = 1.16571, 0.742374  # log-normal length in seconds, as the authors fitted it to SumMe
TYPICAL_S = math.exp(MU - SIGMA**2)  # its mode, 1.849 s
RISE = 1e-12  # smallest gain that counts, so that rounding cannot move a boundary for ever


@dataclass(frozen=True)
class SegmentScore:
    """P_len(seconds) / (1 + gamma (m_first + m_last)): a likely length, cut where little moves.

    `motion_T` is the motion of each frame, `edges_E` the T + 1 times (s) between which frames show.
    """

    motion_T: Floats
    edges_E: Floats
    gamma: float

    def __call__(self, first: int, end: int) -> float:
        """The score of frames first to end - 1."""
        seconds = float(self.edges_E[end] - self.edges_E[first])
        z = (math.log(seconds) - MU) / SIGMA
        likely = math.exp(-z * z / 2) / (seconds * SIGMA * math.sqrt(2 * math.pi))
        moves = float(self.motion_T[first] + self.motion_T[end - 1])
        return likely / (1 + self.gamma * moves)

    def total(self, cuts_B: Indices) -> float:
        """The sum over all segments."""
        return sum(self(int(a), int(b)) for a, b in pairwise(cuts_B))


def equal_segments(T: int, fps: float) -> Indices:
    """The start: as many equal segments as typical lengths fit, at least one."""
    typical = max(1, round(TYPICAL_S * fps))
    segments = min(T, max(1, round(T / typical)))
    return np.arange(segments + 1, dtype=np.int64) * T // segments


def hill_climb(cuts_B: Indices, score: SegmentScore, step: int) -> Indices:
    """Move boundaries, last to first, by +-`step` while the two scores beside them rise in sum.

    When none moves, the step shrinks by one, down to single frames: the end is a local optimum
    against every move of one boundary by one frame.
    """
    cuts = cuts_B.tolist()
    for delta in range(max(1, step), 0, -1):
        moved = True
        while moved:
            moved = False
            for b in range(len(cuts) - 2, 0, -1):
                best = _best_move(cuts[b - 1], cuts[b], cuts[b + 1], delta, score)
                moved = moved or best != cuts[b]
                cuts[b] = best
    return np.array(cuts, np.int64)


def _best_move(left: int, here: int, right: int, delta: int, score: SegmentScore) -> int:
    """The best of here, here - delta and here + delta that leaves both segments a frame."""
    best, best_sum = here, score(left, here) + score(here, right) + RISE
    for cut in (here - delta, here + delta):
        if left < cut < right:
            total = score(left, cut) + score(cut, right)
            if total > best_sum:
                best, best_sum = cut, total
    return best

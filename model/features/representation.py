"""How well keyframes stand for their clip, by its colours alone: no annotation is needed.

Likeness is the intersection of two colour histograms, 1 for the same and 0 for none in common
(Swain and Ballard, 1991). Shape legend: T decoded frames, K keyframes, D = 256 bins.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from model.types import Floats, Indices

COLOURS = "colours"  # the descriptor that is compared
MOST = 2000  # frames, and keyframes, that are compared: evenly spaced ones of more
PAIRS = 2**22  # that are compared at a time


def quality(colours_TD: NDArray[np.float32], index_K: Indices) -> dict[str, float]:
    """`coverage`, the mean over frames of the likeness to the keyframe most like them, and
    `redundancy`, the mean over keyframes of that to the other keyframe most like them.

    Rows of `colours_TD` sum to 1. Both lie in [0, 1]; the redundancy of one keyframe is 0. At most
    `MOST` frames and keyframes, evenly spaced, are compared with all keyframes.
    """
    keyframes_KD = colours_TD[index_K].astype(np.float64)
    sample_N, K = _spread(len(colours_TD)), len(index_K)
    coverage = _nearest(colours_TD[sample_N], keyframes_KD).mean()
    others = _nearest(keyframes_KD, keyframes_KD, _spread(K)).mean() if K > 1 else 0.0
    return {"coverage": float(coverage), "redundancy": float(others)}


def _nearest(rows_ND: NDArray[Any], keyframes_KD: Floats, own_N: Indices | None = None) -> Floats:
    """The likeness of each row to the keyframe most like it, (N,); with `own_N` the rows are those
    keyframes, which are not compared with themselves."""
    rows_ND = rows_ND if own_N is None else rows_ND[own_N]
    likeness_N = np.empty(len(rows_ND))
    step = max(1, PAIRS // len(keyframes_KD))
    for start in range(0, len(rows_ND), step):
        block = slice(start, start + step)
        # Of rows that sum to 1 the intersection is 1 - |a - b| / 2.
        distance_BK = cdist(rows_ND[block], keyframes_KD, "cityblock")
        if own_N is not None:
            distance_BK[np.arange(len(distance_BK)), own_N[block]] = np.inf
        likeness_N[block] = 1 - distance_BK.min(1) / 2
    return likeness_N.clip(0, 1)


def _spread(count: int) -> Indices:
    """The middles of `MOST` equal parts of `count`, or all."""
    return np.arange(count) if count <= MOST else (2 * np.arange(MOST) + 1) * count // (2 * MOST)

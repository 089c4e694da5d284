"""What the methods that cluster frames share: the frames they look at, and near duplicates.

Shape legend: T frames of the clip, N of them sampled, I frames of one cluster, D bins.
"""

from collections.abc import Callable

import numpy as np

from model.features.types import Features
from model.methods.filling import midpoints, unchanging
from model.types import Floats, Indices

MOST = 3000  # frames sampled, at most: 50 minutes at one a second
ROUNDING = 1e-9  # differences of distance below this are rounding

Distance = Callable[[Floats, Floats], Floats]  # of each row of (N, D) to the row (D,), (N,)


def sampled(times_T: Floats, rate: float, k: int | None) -> Indices:
    """The first frame of each 1 / `rate` seconds, `MOST` at most; evenly more to choose `k` from.

    Where that leaves fewer than 2 `k` frames, the middles of 2 `k` equal parts, or all frames.
    """
    T = len(times_T)
    part_T = np.floor(times_T * rate + ROUNDING)
    at_N = np.unique(part_T, return_index=True)[1].astype(np.int64)
    fewest = 0 if k is None else min(2 * k, T, MOST)
    if len(at_N) < fewest:
        return midpoints(T, fewest)
    return at_N[midpoints(len(at_N), MOST)] if len(at_N) > MOST else at_N


def meaningful(features: Features, at_N: Indices, contrast: float) -> tuple[Indices, list[str]]:
    """The sampled frames that are not of one colour, all if none is left, and notices.

    Wants the descriptor `quality`, whose first column is the contrast.
    """
    full_N = features.descriptors["quality"][at_N, 0] >= contrast
    left_out = int((~full_N).sum())
    notices = [f"{len(at_N)} of {features.T} frames are sampled."] if len(at_N) < features.T else []
    if left_out == len(at_N):
        return at_N, [*notices, "Every frame is nearly of one colour: none is left out."]
    if left_out:
        notices.append(f"{left_out} frames nearly of one colour are left out.")
    return at_N[full_N], notices


def unchanged(features: Features, at_N: Indices, differ: bool, what: str, K: int) -> list[str]:
    """What to say of K keyframes where no two samples `differ` in `what`, or there is only one.

    Wants the descriptor `colours`, which tells whether one sample leaves anything unseen.
    """
    if len(at_N) > 1 or features.T == 1:
        same = len(at_N) > 1 and not differ
        where = "" if len(at_N) == features.T else " between the frames looked at"
        return [unchanging(f"{what} never change{where}", K)] if same else []
    colours_TD = features.descriptors["colours"]
    if (colours_TD == colours_TD[:1]).all():
        return [unchanging("The colours never change", K)]
    return ["A single frame is looked at: it stands for the clip."] if K == 1 else []


def rows(features: Features, name: str, at_N: Indices) -> Floats:
    """The sampled rows of a descriptor, (N, D)."""
    return np.asarray(features.descriptors[name][at_N], np.float64)


def manhattan(x_ND: Floats, y_D: Floats) -> Floats:
    """The sum of absolute differences of each row, (N,)."""
    return np.asarray(np.abs(x_ND - y_D).sum(axis=1), np.float64)


def to_previous(x_ND: Floats, distance: Distance) -> Floats:
    """The distance of each row to the one before, (N,), 0 for the first."""
    pairs = [distance(x_ND[n : n + 1], x_ND[n - 1])[0] for n in range(1, len(x_ND))]
    return np.array([0.0, *pairs])


def held(at_N: Indices, value_N: Floats, T: int) -> Floats:
    """(T,): the value of the last sample at or before each frame, of the first before it."""
    return value_N[np.maximum(np.searchsorted(at_N, np.arange(T), side="right") - 1, 0)]


def closest(apart_I: Floats) -> int:
    """The place of the least distance; of equally small ones the middle-most."""
    found = np.flatnonzero(apart_I <= apart_I.min() + ROUNDING)
    return int(found[np.abs(found - len(apart_I) // 2).argmin()])


def different(x_ND: Floats, chosen_K: Indices, tau: float, distance: Distance) -> Indices:
    """Of the chosen rows, in order, those at least `tau` from each one kept before."""
    kept: list[int] = []
    for n in chosen_K.tolist():
        if not kept or float(distance(x_ND[kept], x_ND[n]).min()) >= tau:
            kept.append(n)
    return np.array(kept, np.int64)

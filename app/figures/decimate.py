"""Thinning long curves for the screen without losing a peak."""

from itertools import pairwise

import numpy as np

from model.types import Floats, Indices


def envelope(value_N: Floats, limit: int = 4000) -> Indices:
    """Indices of at most `limit` points that keep the outline: the lowest and the highest of each
    of equal runs, and both ends. All of them when there are no more than `limit`."""
    N = len(value_N)
    if limit >= N:
        return np.arange(N)
    edges = np.linspace(0, N, limit // 2, dtype=np.int64)
    runs = pairwise(edges)
    extremes = [
        start + at for start, end in runs for at in _extremes(value_N[start:end]) if end > start
    ]
    return np.unique(np.array([0, *extremes, N - 1], np.int64))


def _extremes(run: Floats) -> tuple[int, int]:
    return int(np.argmin(run)), int(np.argmax(run))


def within(time_N: Floats, window: tuple[float, float] | None) -> slice:
    """The slice of `time_N` (s, increasing) that covers `window`, with one point on either side."""
    if window is None:
        return slice(0, len(time_N))
    first, last = np.searchsorted(time_N, window)
    return slice(max(0, int(first) - 1), int(last) + 1)

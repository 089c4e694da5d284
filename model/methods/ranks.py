"""The rank of colour histograms in a sliding window, and the runs where it is above one."""

from dataclasses import dataclass

import numpy as np

from model.types import Floats, Indices

CHUNK = 1024  # windows decomposed at a time


def singular_ratios(products_TL: Floats, window: int) -> Floats:
    """s_i / s_1 of every window of N rows, shape (W, N) with W = T + N - 1, descending.

    `products_TL[t, lag]` is the inner product of row t with row t - lag; L is at least N. Window w
    ends at row w; beyond its ends the clip repeats its first and last row, so that the first and
    last window hold one row N times and a shot shorter than N is seen. Singular values come from
    the N x N Gram matrix, whose entries neighbouring windows share.
    """
    T, N = len(products_TL), window
    ratios_WN = np.zeros((T + N - 1, N))
    padded = np.clip(np.arange(-(N - 1), T + N - 1), 0, T - 1)
    for start in range(0, len(ratios_WN), CHUNK):
        part = slice(start, min(start + CHUNK, len(ratios_WN)))
        grams_WNN = _grams(products_TL, padded[part.start : part.stop + N - 1], N)
        singular = np.sqrt(np.maximum(np.linalg.eigvalsh(grams_WNN)[:, ::-1], 0))
        top = singular[:, :1]
        np.divide(singular, top, out=ratios_WN[part], where=top > 0)
    ratios_WN[:, 0] = 1.0
    return ratios_WN


def _grams(products_TL: Floats, row_R: Indices, N: int) -> Floats:
    """The Gram matrix of each N consecutive of these rows: shape (R - N + 1, N, N)."""
    windows = len(row_R) - N + 1
    grams = np.empty((windows, N, N))
    for lag in range(N):
        later_R = row_R[lag:]
        products = products_TL[later_R, later_R - row_R[: len(row_R) - lag]]
        for i in range(N - lag):
            grams[:, i, i + lag] = grams[:, i + lag, i] = products[i : i + windows]
    return grams


@dataclass(frozen=True)
class Transitions:
    """The J runs of windows of rank above 1, in frames.

    `start_J` is the first frame of the shot that follows, `centre_J` the middle frame of the
    run's window of largest rank (then of largest s_2/s_1), `strength_J` the run's largest s_2/s_1.
    `tail` is the middle frame of the window of largest s_2/s_1 after the last run.
    """

    start_J: Indices
    centre_J: Indices
    strength_J: Floats
    tail: int


def transitions(rank_W: Indices, ratio_W: Floats, window: int) -> Transitions:
    """The transitions of a rank trace over windows as `singular_ratios` lays them out."""
    T, N = len(rank_W) - window + 1, window
    steps = np.diff(np.concatenate([[0], (rank_W > 1).astype(np.int64), [0]]))
    first_J, last_J = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    # A hard cut at frame c gives a run from window c + r - 1 to window c + N - 1 - r, where r is
    # how many frames of a shot raise the rank: its middle does not depend on r. A slow change
    # gives a long run; there the shot starts with the first window of rank 1.
    middle_J = (first_J + last_J - N + 3) // 2
    start_J = np.maximum(last_J - N + 2, middle_J)
    runs = list(zip(first_J.tolist(), last_J.tolist(), strict=True))
    peak_J = [_peak(rank_W, ratio_W, first, last) for first, last in runs]
    strength = [ratio_W[first : last + 1].max() for first, last in runs]
    calm = int(last_J[-1]) + 1 if runs else 0
    peaks = np.array([*peak_J, calm + int(ratio_W[calm:].argmax())], np.int64)
    middle = np.clip(peaks - (N - 1) + N // 2, 0, T - 1)
    return Transitions(
        np.clip(start_J, 1, T - 1), middle[:-1], np.array(strength, np.float64), int(middle[-1])
    )


def _peak(rank_W: Indices, ratio_W: Floats, first: int, last: int) -> int:
    """The window of the run with the largest rank, among these the largest ratio."""
    inside = slice(first, last + 1)
    return first + int(np.lexsort((-ratio_W[inside], -rank_W[inside]))[0])

"""Intervals and paired comparisons over clips: what a mean over few clips is worth."""

from typing import Any

import numpy as np

from model.errors import InvalidValue
from model.types import Floats

RESAMPLES = 10_000
LEVEL = 0.95


def paired_difference(a_N: Floats, b_N: Floats, seed: int = 0) -> dict[str, Any]:
    """Mean of a - b over clips, with the percentile interval of resampled clips (Efron 1979).

    `a_N` and `b_N` are figures of two methods on the same N clips, in the same order. Raises
    InvalidValue when they are not as many, or none.
    """
    if a_N.shape != b_N.shape or not len(a_N):
        raise InvalidValue(f"wanted as many figures of both, got {a_N.shape} and {b_N.shape}")
    difference_N = a_N - b_N
    rng = np.random.default_rng(seed)
    N = len(difference_N)
    means = np.array(
        [difference_N[rng.integers(N, size=N)].mean() for _ in range(RESAMPLES)], np.float64
    )
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {
        "difference": float(difference_N.mean()),
        "low": float(low),
        "high": float(high),
        "level": LEVEL,
        "clips": N,
    }

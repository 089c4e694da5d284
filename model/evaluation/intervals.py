"""Bootstrap intervals of means and ratios over clips or recordings (Efron 1979).

Shape legend: N clips, G recordings that they were cut from, B resamples of either. Clips of one
recording share their actor and place and say less than as many others: where `group_N` names the
recordings, these are resampled whole (the cluster bootstrap of Davison and Hinkley 1997, 3.8).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from model.errors import InvalidValue
from model.types import Floats

RESAMPLES = 10_000
LEVEL = 0.95
BLOCK = 1 << 22  # figures that are drawn at a time: bounds the memory


@dataclass(frozen=True)
class Interval:
    """A figure of all clips and the percentile interval, at `LEVEL`, of resamples; NaN
    where there is but one recording, which says nothing of others."""

    value: float
    low: float
    high: float

    def above(self, bound: float) -> bool:
        """Whether all of the interval lies above `bound`."""
        return self.low > bound

    def below(self, bound: float) -> bool:
        """Whether all of the interval lies below `bound`."""
        return self.high < bound


def interval(
    statistic: Callable[..., Floats], *columns: Floats | list[float], seed: int = 0
) -> Interval:
    """The interval of a statistic of figures that belong to the same N clips, in the same order.

    `statistic` takes the columns as (B, N) and returns (B,). Raises InvalidValue for no clips, or
    columns that are not as long.
    """
    columns_N = [np.asarray(column, np.float64) for column in columns]
    shapes = {column_N.shape for column_N in columns_N}
    N = columns_N[0].size
    if len(shapes) != 1 or columns_N[0].ndim != 1 or not N:
        raise InvalidValue(f"wanted figures of the same clips, one or more, got {sorted(shapes)}")
    rng, rows, step = np.random.default_rng(seed), [], max(1, BLOCK // N)
    for start in range(0, RESAMPLES, step):
        draw_BN = rng.integers(N, size=(min(step, RESAMPLES - start), N))
        rows.append(statistic(*(column_N[draw_BN] for column_N in columns_N)))
    low, high = np.nanquantile(np.concatenate(rows), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    whole = statistic(*(column_N[None] for column_N in columns_N))
    return Interval(float(whole[0]), float(low), float(high))


def mean(values_N: Floats | list[float], group_N: Sequence[str] | None = None) -> Interval:
    """The mean over clips."""
    found = ratio(*by_group(values_N, group_N))
    alone = group_N is not None and len(set(group_N)) == 1
    return replace(found, low=math.nan, high=math.nan) if alone else found


def difference(
    a_N: Floats | list[float], b_N: Floats | list[float], group_N: Sequence[str] | None = None
) -> Interval:
    """The mean of a - b, of two methods on the same clips."""
    return mean(np.asarray(a_N, np.float64) - np.asarray(b_N, np.float64), group_N)


def paired_difference(a_N: Floats, b_N: Floats) -> dict[str, Any]:
    """`difference` as JSON. Raises InvalidValue when they are not as many, or none."""
    if a_N.shape != b_N.shape:
        raise InvalidValue(f"wanted as many figures of both, got {a_N.shape} and {b_N.shape}")
    found = difference(a_N, b_N)
    return {
        "difference": found.value,
        "low": found.low,
        "high": found.high,
        "level": LEVEL,
        "clips": len(a_N),
    }


def ratio(a_N: Floats | list[float], b_N: Floats | list[float]) -> Interval:
    """The sum of a over the sum of b: a clip weighs as much as its figures are large."""
    return interval(lambda a_BN, b_BN: a_BN.sum(1) / b_BN.sum(1), a_N, b_N)


def geometric(values_N: Floats | list[float]) -> Interval:
    """The geometric mean of figures above 0."""
    return interval(lambda values_BN: np.exp(np.log(values_BN).mean(1)), values_N)


def by_group(
    values_N: Floats | list[float], group_N: Sequence[str] | None
) -> tuple[Floats, Floats]:
    """The sum of each recording's figures, and how many they are, (G,) each; where no recordings
    are named, each clip is one. Raises InvalidValue for recordings of other clips."""
    if group_N is None:
        return np.asarray(values_N, np.float64), np.ones(len(values_N))
    if len(values_N) != len(group_N):
        raise InvalidValue(f"wanted a recording of each of {len(values_N)} clips")
    place_N = np.unique(np.asarray(group_N, str), return_inverse=True)[1]
    sums_G, sizes_G = np.bincount(place_N, values_N), np.bincount(place_N)
    return sums_G.astype(np.float64), sizes_G.astype(np.float64)

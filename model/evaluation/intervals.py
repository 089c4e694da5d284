"""Bootstrap intervals of means and ratios over clips or recordings (Efron 1979).

Shape legend: N clips, G recordings that they were cut from, B resamples of either, R trainings of
one network by other seeds. Clips of one recording share their actor and place and say less than as
many others: where `group_N` names the recordings, these are resampled whole (the cluster bootstrap
of Davison and Hinkley 1997, 3.8). Where there are several trainings, they are resampled as well
(as Agarwal et al. 2021 do): another seed would have given other figures of the same clips. Draws of
R of them spread by (R - 1) / R of what trainings do, so that they are moved apart by the root of
its inverse (Davison and Hinkley 1997, 2.2); of three trainings the interval is still a narrow one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    statistic: Callable[..., Floats],
    *columns: Floats | list[float],
    trainings: Sequence[int] | None = None,
    seed: int = 0,
) -> Interval:
    """The interval of a statistic of figures that belong to the same N clips, in the same order.

    `statistic` takes the columns as (B, N) and returns (B,). A column (R, N) has the figures of R
    trainings, which are drawn as well, and averaged: together for the columns to which `trainings`
    gives the same number, which are of the same ones, else for each column apart. Raises
    InvalidValue for no clips, or columns that are not as long.
    """
    columns_RN = [np.atleast_2d(np.asarray(column, np.float64)) for column in columns]
    lengths = sorted({column_RN.shape[-1] for column_RN in columns_RN})
    if len(lengths) != 1 or any(column.ndim != 2 or not column.size for column in columns_RN):
        raise InvalidValue(f"wanted figures of the same clips, one or more, got {lengths}")
    whose = range(len(columns)) if trainings is None else trainings
    counts = {number: len(column_RN) for number, column_RN in zip(whose, columns_RN, strict=True)}
    rng, rows, step = np.random.default_rng(seed), [], max(1, BLOCK // lengths[0])
    for start in range(0, RESAMPLES, step):
        draw_BN = rng.integers(lengths[0], size=(min(step, RESAMPLES - start), lengths[0]))
        shares = {
            number: rng.multinomial(R, np.full(R, 1 / R), len(draw_BN)) / R
            for number, R in counts.items()
            if R > 1
        }
        drawn = [
            _drawn(column_RN, draw_BN, shares.get(number))
            for number, column_RN in zip(whose, columns_RN, strict=True)
        ]
        rows.append(statistic(*drawn))
    low, high = np.nanquantile(np.concatenate(rows), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    whole = statistic(*(column_RN.mean(0, keepdims=True) for column_RN in columns_RN))
    return Interval(float(whole[0]), float(low), float(high))


def _drawn(column_RN: Floats, draw_BN: NDArray[np.int64], share_BR: Floats | None) -> Floats:
    """The column (B, N) of each draw of clips and, where there are several, of trainings."""
    if share_BR is None:
        one_BN: Floats = column_RN[0][draw_BN]
        return one_BN
    R, mean_N = len(column_RN), column_RN.mean(0)
    apart_BN = mean_N + math.sqrt(R / (R - 1)) * (share_BR @ column_RN - mean_N)
    found_BN: Floats = np.take_along_axis(apart_BN, draw_BN, axis=1)
    return found_BN


def mean(values_N: Floats | list[float], group_N: Sequence[str] | None = None) -> Interval:
    """The mean over clips; of several trainings, (R, N), over these too."""
    found = ratio(*by_group(values_N, group_N))
    return unless_alone(found, group_N)


def share(right_N: Floats | list[float], group_N: Sequence[str] | None = None) -> Interval:
    """The share of the clips that are right, of 0 and 1; of several trainings, (R, N), over these
    too. Where all agree a bootstrap knows no other, and the bound is the exact one over recordings
    (Clopper and Pearson 1934): of G, all right, (alpha / 2)^(1 / G)."""
    found = mean(right_N, group_N)
    G = np.shape(right_N)[-1] if group_N is None else len(set(group_N))
    least = ((1 - LEVEL) / 2) ** (1 / G)
    if math.isnan(found.low):
        return found
    if np.ptp(right_N) > 0 or found.value not in (0, 1):
        return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))
    return replace(found, low=least) if found.value else replace(found, high=1 - least)


def difference(
    a_N: Floats | list[float], b_N: Floats | list[float], group_N: Sequence[str] | None = None
) -> Interval:
    """The mean of a - b, of two methods on the same clips; trainings, (R, N), are other ones of a
    than of b: for variants of the same, take the mean of their differences."""
    a_N, b_N = np.asarray(a_N, np.float64), np.asarray(b_N, np.float64)
    if a_N.ndim == b_N.ndim == 1:
        return mean(a_N - b_N, group_N)
    (a_G, sizes_G), (b_G, _) = by_group(a_N, group_N), by_group(b_N, group_N)
    found = interval(lambda a, b, size: (a.sum(1) - b.sum(1)) / size.sum(1), a_G, b_G, sizes_G)
    return unless_alone(found, group_N)


def unless_alone(found: Interval, group_N: Sequence[str] | None) -> Interval:
    """The same without bounds where all clips are of one recording: it has no spread."""
    alone = group_N is not None and len(set(group_N)) == 1
    return replace(found, low=math.nan, high=math.nan) if alone else found


def paired_difference(
    a_N: Floats, b_N: Floats, group_N: Sequence[str] | None = None, *, together: bool = False
) -> dict[str, Any]:
    """The mean of a - b as JSON, of (N,) or of trainings (R, N), the same ones where they are
    `together`; no bounds where there is but one recording.

    Raises InvalidValue when they are not of as many clips, or of none.
    """
    a_N, b_N = np.asarray(a_N, np.float64), np.asarray(b_N, np.float64)
    if a_N.shape[-1] != b_N.shape[-1] or (together and a_N.shape != b_N.shape):
        raise InvalidValue(f"wanted as many figures of both, got {a_N.shape} and {b_N.shape}")
    found = mean(a_N - b_N, group_N) if together else difference(a_N, b_N, group_N)
    return {
        "difference": found.value,
        "low": None if math.isnan(found.low) else found.low,
        "high": None if math.isnan(found.high) else found.high,
        "level": LEVEL,
        "clips": a_N.shape[-1],
        **({} if group_N is None else {"recordings": len(set(group_N))}),
    }


def ratio(a_N: Floats | list[float], b_N: Floats | list[float]) -> Interval:
    """The sum of a over the sum of b: a clip weighs as much as its figures are large."""
    return interval(lambda a_BN, b_BN: a_BN.sum(1) / b_BN.sum(1), a_N, b_N)


def geometric(values_N: Floats | list[float], group_N: Sequence[str] | None = None) -> Interval:
    """The geometric mean of figures above 0."""
    found = mean(np.log(values_N), group_N)
    return Interval(*np.exp((found.value, found.low, found.high)).tolist())


def by_group(
    values_N: Floats | list[float], group_N: Sequence[str] | None
) -> tuple[Floats, Floats]:
    """The sum of each recording's figures, (G,) or of trainings (R, G), and how many they are,
    (G,); where no recordings are named, each clip is one. Raises InvalidValue for recordings of
    other clips."""
    values_N = np.asarray(values_N, np.float64)
    N = values_N.shape[-1]
    if group_N is None:
        return values_N, np.ones(N)
    if len(group_N) != N:
        raise InvalidValue(f"wanted a recording of each of {N} clips")
    place_N = np.unique(np.asarray(group_N, str), return_inverse=True)[1]
    sizes_G = np.bincount(place_N).astype(np.float64)
    rows = [np.bincount(place_N, row_N) for row_N in np.atleast_2d(values_N)]
    sums = np.asarray(rows[0] if values_N.ndim == 1 else rows, np.float64)
    return sums, sizes_G

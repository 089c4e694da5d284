"""What outcomes on N clips say, and how surely: accuracy, classes, lengths, paired tests.

Shape legend: N clips, C classes, B resamples, Q bins, G recordings, R trainings. Clips are taken by
their recordings (`group_N`) wherever these are named, and figures of several trainings, (R, N), by
these too, as intervals.py says; p is of the clips alone, by the trainings' mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from model.errors import InvalidValue
from model.evaluation import intervals
from model.evaluation.intervals import BLOCK, LEVEL, RESAMPLES, Interval, by_group, interval
from model.evaluation.outcomes import UNKNOWN
from model.types import Floats

Labels = NDArray[np.int64]


def by_class(right_N: Floats, label_N: Labels, classes: int) -> list[float | None]:
    """Accuracy on the clips of each class; None for a class without clips."""
    return [
        float(right_N[label_N == label].mean()) if (label_N == label).any() else None
        for label in range(classes)
    ]


def balanced(right_N: Floats, label_N: Labels) -> float:
    """The mean accuracy of the classes that have clips, each weighing the same."""
    return float(np.mean([right_N[label_N == label].mean() for label in np.unique(label_N)]))


def confusion(label_N: Labels, predicted_N: Labels, classes: int) -> NDArray[np.int64]:
    """Clips (C, C) by their class (row) and the class named (column).

    Raises InvalidValue where a class is not known.
    """
    if (predicted_N == UNKNOWN).any():
        raise InvalidValue("wanted one class named of every clip, got averages over draws")
    table_CC = np.zeros((classes, classes), np.int64)
    np.add.at(table_CC, (label_N, predicted_N), 1)
    return table_CC


def mcnemar(a_N: Floats, b_N: Floats) -> float:
    """The two-sided exact p of McNemar's test: of the clips that one of both has right, each is as
    likely to have. 1 where they never differ. Raises InvalidValue unless all is right or wrong."""
    if not (_binary(a_N) and _binary(b_N)):
        raise InvalidValue("wanted clips that are right or wrong, got shares")
    alone_a, alone_b = int((a_N > b_N).sum()), int((b_N > a_N).sum())
    if alone_a + alone_b == 0:
        return 1.0
    return float(binomtest(alone_a, alone_a + alone_b, 0.5).pvalue)


def permutation(a_N: Floats, b_N: Floats, seed: int = 0) -> float:
    """The two-sided p of a paired permutation test on the mean of a - b: the sign of each clip's
    difference is as likely the other. Raises InvalidValue for figures of other clips."""
    _paired(a_N, b_N)
    difference_N = a_N - b_N
    observed, rng = abs(difference_N.sum()) - 1e-9, np.random.default_rng(seed)
    beyond, step = 0, max(1, BLOCK // len(difference_N))
    for start in range(0, RESAMPLES, step):
        sign_BN = rng.choice((-1.0, 1.0), (min(step, RESAMPLES - start), len(difference_N)))
        beyond += int((np.abs(sign_BN @ difference_N) >= observed).sum())
    return (beyond + 1) / (RESAMPLES + 1)


@dataclass(frozen=True)
class Comparison:
    """The mean of a - b over clips with its interval, and p: McNemar's exact, or of a permutation
    test where draws or seeds were averaged, or recordings have several clips."""

    difference: Interval
    p: float
    test: str

    @property
    def more(self) -> bool:
        """Whether a is above b by both: of few clips that differ, all one way, the bootstrap's
        interval leaves out 0 where the exact test does not."""
        return self.difference.above(0) and self.p < 1 - LEVEL


def compare(
    a_N: Floats, b_N: Floats, group_N: Sequence[str] | None = None, *, together: bool = False
) -> Comparison:
    """Two methods on the same clips, in the same order, or what several trainings did, (R, N): the
    same ones where they are `together`. Raises InvalidValue for other clips."""
    both = (a_N, b_N)
    a_N, b_N = (np.atleast_2d(values).mean(0) for values in both)
    _paired(a_N, b_N)
    if together:
        difference = intervals.mean(np.subtract(*both), group_N)
    else:
        difference = intervals.difference(*both, group_N)
    if group_N is not None and len(set(group_N)) < len(group_N):
        a_G, b_G = (by_group(values_N, group_N)[0] for values_N in (a_N, b_N))
        return Comparison(difference, permutation(a_G, b_G), "permutation of recordings")
    if _binary(a_N) and _binary(b_N):
        return Comparison(difference, mcnemar(a_N, b_N), "McNemar")
    return Comparison(difference, permutation(a_N, b_N), "permutation")


def trend(
    x_P: Sequence[float], right_P: Sequence[Floats], group_N: Sequence[str] | None = None
) -> Comparison:
    """By how much accuracy rises from the lowest x to the highest, on the least-squares line
    through all P points; `right_P` are what was right at each on the same clips, (N,) or of the
    same trainings (R, N).

    Raises InvalidValue for fewer than two different x, and for other clips.
    """
    away_P = np.asarray(x_P, np.float64) - np.mean(x_P)
    if not np.ptp(away_P):
        raise InvalidValue(f"wanted two or more different values to see a trend, got {x_P}")
    rise_P = away_P / (away_P @ away_P) * np.ptp(away_P)
    rise_N = np.tensordot(rise_P, np.stack(right_P), axes=1)
    return compare(rise_N, np.zeros_like(rise_N), group_N, together=True)


@dataclass(frozen=True)
class Bin:
    """Clips whose length lies from `low` to `high` (both within), and the accuracy on them."""

    low: float
    high: float
    clips: int
    accuracy: Interval


def bins_of(length_N: Floats, most: int = 5) -> Labels:
    """The bin of each clip: as many clips in each as equal lengths allow, from short to long. Fewer
    than `most` bins where the quantiles fall together."""
    edges = np.unique(np.quantile(length_N, np.linspace(0, 1, most + 1)[1:-1]))
    bin_N = np.searchsorted(edges, length_N, side="left")
    return np.unique(bin_N, return_inverse=True)[1].astype(np.int64)


def by_length(
    right_N: Floats, length_N: Floats, most: int = 5, group_N: Sequence[str] | None = None
) -> list[Bin]:
    """Accuracy, of trainings (R, N) their mean, with its interval in each bin of `bins_of`."""
    bin_N = bins_of(length_N, most)
    return [
        Bin(
            float(length_N[bin_N == number].min()),
            float(length_N[bin_N == number].max()),
            int((bin_N == number).sum()),
            intervals.share(right_N[..., bin_N == number], among(group_N, bin_N == number)),
        )
        for number in range(int(bin_N.max()) + 1)
    ]


def among(group_N: Sequence[str] | None, kept_N: NDArray[np.bool_]) -> list[str] | None:
    """The recordings of the clips that are kept, where they are named."""
    if group_N is None:
        return None
    return [group for group, kept in zip(group_N, kept_N, strict=True) if kept]


def apart(
    values_N: Floats,
    first_N: NDArray[np.bool_],
    second_N: NDArray[np.bool_],
    group_N: Sequence[str] | None = None,
    seed: int = 0,
) -> Interval:
    """Mean over the first clips minus mean over the second, of (N,) or of trainings (R, N); a
    recording with clips of both kinds is drawn with both.

    Raises InvalidValue where there are none of either.
    """
    sums, sizes = _of_both(values_N, first_N, second_N, group_N)
    return interval(_gap, *sums, *sizes, trainings=(0, 0, 1, 2), seed=seed)


def less_even(
    a_N: Floats,
    b_N: Floats,
    first_N: NDArray[np.bool_],
    second_N: NDArray[np.bool_],
    group_N: Sequence[str] | None = None,
) -> Interval:
    """By how much a's means over the first and over the second clips lie further apart than b's,
    whichever is the higher; as `apart`."""
    a, sizes = _of_both(a_N, first_N, second_N, group_N)
    b, _ = _of_both(b_N, first_N, second_N, group_N)

    def further(*drawn: Floats) -> Floats:
        a_first, a_second, b_first, b_second, m_BG, n_BG = drawn
        further_B: Floats = np.abs(_gap(a_first, a_second, m_BG, n_BG)) - np.abs(
            _gap(b_first, b_second, m_BG, n_BG)
        )
        return further_B

    return interval(further, *a, *b, *sizes, trainings=(0, 0, 1, 1, 2, 3))


def _of_both(
    values_N: Floats,
    first_N: NDArray[np.bool_],
    second_N: NDArray[np.bool_],
    group_N: Sequence[str] | None,
) -> tuple[list[Floats], list[Floats]]:
    """By recording, sums over the clips of each kind, and how many these are."""
    if not first_N.any() or not second_N.any():
        raise InvalidValue("wanted clips of both kinds, got none of one")
    kinds = (first_N, second_N)
    sums = [by_group(values_N * kept_N, group_N)[0] for kept_N in kinds]
    sizes = [by_group(kept_N.astype(np.float64), group_N)[0] for kept_N in kinds]
    return sums, sizes


def _gap(a_BG: Floats, b_BG: Floats, m_BG: Floats, n_BG: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # a draw without clips of one kind says nothing
        gap_B: Floats = a_BG.sum(1) / m_BG.sum(1) - b_BG.sum(1) / n_BG.sum(1)
    return gap_B


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """Mean and standard deviation (n - 1; None for a single seed) of the seeds' figures."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {"mean": float(np.mean(values)), "sd": spread, "seeds": len(values)}


def _binary(values_N: Floats) -> bool:
    return bool(np.isin(values_N, (0, 1)).all())


def _paired(a_N: Floats, b_N: Floats) -> None:
    if a_N.shape != b_N.shape or a_N.ndim != 1 or not len(a_N):
        raise InvalidValue(f"wanted figures of the same clips, got {a_N.shape} and {b_N.shape}")

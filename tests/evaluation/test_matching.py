"""Agreement in time, against an assignment solver, a walk over every keyframe, and by hand."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from model.evaluation.matching import TOLERANCE_S, Score, agreement, hit, match, matched


def times(*values: float) -> np.ndarray:
    return np.array(values, np.float64)


@pytest.mark.parametrize("seed", range(40))
def test_no_matching_is_larger(seed):
    random = np.random.default_rng(seed)
    time_K, time_G = (np.sort(random.uniform(0, 6, random.integers(1, 12))) for _ in range(2))
    near_KG = np.abs(time_K[:, None] - time_G) <= TOLERANCE_S
    rows, columns = linear_sum_assignment(near_KG, maximize=True)
    assert matched(time_K, time_G, TOLERANCE_S) == near_KG[rows, columns].sum()


def test_a_greedy_choice_of_the_nearest_would_lose():
    # 1.4 is nearest to 1.5, but 1.0 then has no partner left.
    assert matched(times(1.0, 1.4), times(1.5, 1.8), 0.5) == 2


def test_each_keyframe_matches_once():
    found = match(times(1.0, 1.1, 1.2, 5.0), times(1.1, 9.0))
    assert (found.precision, found.recall) == (1 / 4, 1 / 2)
    assert found.f == pytest.approx(2 * 1 / (4 + 2))  # as Dice's coefficient counts it
    assert match(times(1.0), times(3.0)) == Score(0.0, 0.0, 0.0)
    assert match(times(1.0, 2.0), times(1.0, 2.0), 0.0) == Score(1.0, 1.0, 1.0)


def test_the_tolerance_itself_is_near_enough():
    time_K = np.arange(40) * 0.04  # sums of fractions that no float holds
    assert matched(time_K[10:11], time_K[5:6], 0.2) == 1
    assert matched(time_K[11:12], time_K[5:6], 0.2) == 0


@pytest.mark.parametrize("seed", range(20))
def test_intervals_by_walking_over_them(seed):
    random = np.random.default_rng(seed)
    time_K = np.sort(random.uniform(0, 20, random.integers(1, 10)))
    starts = random.uniform(0, 20, random.integers(1, 6))
    intervals = [(start, start + length) for start, length in zip(starts, starts[::-1] / 5 + 0.1,
                                                                  strict=True)]  # fmt: skip
    tolerance = float(random.choice([0.0, 0.5]))
    within = [[a - tolerance <= t < b + tolerance for a, b in intervals] for t in time_K]
    found = hit(time_K, intervals, tolerance)
    assert found.precision == pytest.approx(np.mean([any(row) for row in within]))
    assert found.recall == pytest.approx(np.mean([any(row) for row in zip(*within, strict=True)]))


def test_intervals_end_before_their_end():
    time_K = times(1.0, 2.0, 3.0)
    assert hit(time_K, [(1.0, 2.0)], 0.0) == Score.of(1 / 3, 1.0)
    assert hit(time_K, [(2.2, 2.9)], 0.0) == Score(0.0, 0.0, 0.0)
    assert hit(time_K, [(2.2, 2.9)], 0.2) == Score.of(2 / 3, 1.0)
    assert hit(time_K, [(0.0, 9.0), (0.5, 1.5)], 0.0) == Score(1.0, 1.0, 1.0)


def test_f_of_a_mean_is_the_mean_of_f():
    mean = Score.mean([Score.of(1.0, 1.0), Score.of(0.0, 0.0)])
    assert mean == Score(0.5, 0.5, 0.5)
    assert Score.mean([Score.of(1.0, 0.5), Score.of(0.5, 1.0)]).f == pytest.approx(2 / 3)


def test_agreement_is_symmetric():
    found = agreement({"a": times(1.0, 2.0), "b": times(1.2), "c": times(8.0)})
    assert found.tolist() == [[1, 2 / 3, 0], [2 / 3, 1, 0], [0, 0, 1]]

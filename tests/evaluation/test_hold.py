"""Hold reconstruction against exhaustive search and by hand."""

from itertools import combinations

import numpy as np
import pytest

from model.evaluation import hold


@pytest.fixture
def distance():
    return hold.squared_distances(np.random.default_rng(0).normal(size=(9, 3)).cumsum(0))


def test_distances_equal_numpy(distance):
    x = np.random.default_rng(0).normal(size=(9, 3)).cumsum(0)
    np.testing.assert_allclose(distance, ((x[:, None] - x[None]) ** 2).sum(2), atol=1e-9)


def test_the_error_is_that_of_the_last_chosen_step(distance):
    by_hand = distance[[0, 1, 2], 0].sum() + distance[[3, 4, 5, 6], 3].sum()
    by_hand += distance[[7, 8], 7].sum()
    assert hold.hold_error(distance, np.array([0, 3, 7])) == pytest.approx(by_hand)


@pytest.mark.parametrize("K", [1, 2, 3, 5, 9])
def test_the_optimum_equals_exhaustive_search(distance, K):
    choices = [np.array([0, *rest]) for rest in combinations(range(1, 9), K - 1)]
    best = min(hold.hold_error(distance, choice) for choice in choices)
    error, steps = hold.optimum(distance, K)
    assert error == pytest.approx(best)
    assert hold.hold_error(distance, steps) == pytest.approx(best)
    assert len(steps) == K
    assert steps[0] == 0


def test_uniform_and_random_start_at_the_first_step_and_have_k():
    assert hold.uniform(10, 4).tolist() == [0, 2, 5, 7]
    drawn = hold.random_steps(10, 4, np.random.default_rng(0))
    assert len(np.unique(drawn)) == 4
    assert drawn[0] == 0


def test_the_delta_rule_opens_at_known_jumps():
    x = np.repeat([0.0, 5.0, 9.0], [4, 3, 3])[:, None]
    assert hold.delta_rule(hold.squared_distances(x), 3).tolist() == [0, 4, 7]
    assert hold.delta_rule(hold.squared_distances(x), 2).tolist() == [0, 4]


def test_share_of_gap_is_zero_for_uniform_and_one_for_the_optimum():
    assert hold.share_of_gap(1.5, 1.5) == 0
    assert hold.share_of_gap(1.0, 1.5) == 1
    assert hold.share_of_gap(1.25, 1.5) == pytest.approx(0.5)

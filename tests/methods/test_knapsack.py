"""The knapsack against trying every subset."""

from itertools import product

import numpy as np
import pytest

from model.methods.knapsack import knapsack


def brute_force(value_N, weight_N, capacity):
    """The largest value that fits, over all subsets."""
    subsets = np.array(list(product((0, 1), repeat=len(value_N))))
    fits = subsets @ weight_N <= capacity
    return float((subsets[fits] @ value_N).max())


@pytest.mark.parametrize("seed", range(25))
def test_value_equals_brute_force(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 11))
    value_N, weight_N = random.random(n), random.integers(1, 12, n)
    for capacity in (0, 1, 7, int(weight_N.sum()) // 2, int(weight_N.sum())):
        chosen = knapsack(value_N, weight_N, capacity)
        assert weight_N[chosen].sum() <= capacity
        assert (np.diff(chosen) > 0).all()
        assert value_N[chosen].sum() == pytest.approx(brute_force(value_N, weight_N, capacity))


def test_density_is_not_enough():
    """The densest item alone (6 in weight 3) is worse than two others (5 + 5 in weight 4)."""
    assert knapsack(np.array([6.0, 5, 5]), np.array([3, 2, 2]), 4).tolist() == [1, 2]


def test_nothing_fits_or_is_worth_it():
    assert knapsack(np.array([1.0, 2]), np.array([5, 6]), 4).tolist() == []
    assert knapsack(np.zeros(3), np.array([1, 1, 1]), 2).tolist() == []

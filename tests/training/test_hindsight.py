"""The gate's teacher against exhaustive search over all ways to go on."""

from itertools import product

import numpy as np
import pytest
import torch

from model.training.hindsight import advantage_of_opening


def cost(x, price_T, t, held, decisions):
    """Hold cost from step t on, with these decisions and this step held."""
    total = 0.0
    for step, opened in enumerate(decisions, start=t):
        if opened:
            held, total = step, total + price_T[step]
        total += ((x[step] - x[held]) ** 2).sum()
    return total


@pytest.mark.parametrize("price", [0.5, 3.0])
def test_advantage_equals_exhaustive_search(price):
    T = 7
    rng = np.random.default_rng(1)
    x, price_T = rng.normal(size=(T, 2)), price * rng.uniform(0.5, 2, T)
    got = advantage_of_opening(torch.from_numpy(x)[None], torch.from_numpy(price_T)[None])[0]
    for t in range(1, T):
        for held in range(t):
            best = {
                first: min(
                    cost(x, price_T, t, held, (first, *rest))
                    for rest in product((0, 1), repeat=T - t - 1)
                )
                for first in (0, 1)
            }
            assert float(got[t, held]) == pytest.approx(best[0] - best[1], abs=1e-5)


def test_opening_pays_at_a_cut_and_not_within_a_constant_piece():
    x = torch.zeros(1, 10, 4)
    x[:, 5:] = 2.0
    advantage = advantage_of_opening(x, torch.ones(1, 10))[0]
    assert advantage[5, 0] > 0
    assert (advantage[[1, 2, 3, 4], 0] < 0).all()
    assert (advantage[[6, 7, 8, 9], 5] < 0).all()

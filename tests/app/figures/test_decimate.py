"""Thinning keeps the outline."""

import itertools

import numpy as np
import pytest

from app.figures.decimate import envelope, within


@pytest.mark.parametrize("N", [1, 10, 4000])
def test_short_curves_stay_whole(N: int) -> None:
    assert np.array_equal(envelope(np.zeros(N), 4000), np.arange(N))


@pytest.mark.parametrize("N", [4001, 12_345, 100_000])
def test_long_curves_keep_ends_and_extremes_of_every_run(N: int) -> None:
    value_N = np.random.default_rng(1).normal(size=N)
    kept = envelope(value_N, 400)
    assert len(kept) <= 400
    assert np.all(np.diff(kept) > 0)
    assert kept[0] == 0
    assert kept[-1] == N - 1
    edges = np.linspace(0, N, 200, dtype=int)
    for start, end in itertools.pairwise(edges):
        run = value_N[kept[(kept >= start) & (kept < end)]]
        assert run.max() == value_N[start:end].max()
        assert run.min() == value_N[start:end].min()


def test_a_window_reaches_one_point_over_on_either_side() -> None:
    time_N = np.arange(10.0)
    assert time_N[within(time_N, (2.5, 4.5))].tolist() == [2, 3, 4, 5]
    assert within(time_N, None) == slice(0, 10)

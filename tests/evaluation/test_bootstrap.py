"""Paired differences against scipy's bootstrap."""

import numpy as np
import pytest
from scipy.stats import bootstrap

from model.errors import InvalidValue
from model.evaluation.bootstrap import paired_difference


def test_the_interval_agrees_with_scipys_percentile_bootstrap():
    rng = np.random.default_rng(3)
    a, b = (rng.random(150) < 0.8).astype(float), (rng.random(150) < 0.6).astype(float)
    found = paired_difference(a, b)
    reference = bootstrap(
        (a - b,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(7)
    ).confidence_interval
    assert found["difference"] == pytest.approx((a - b).mean())
    assert found["low"] == pytest.approx(reference.low, abs=0.01)
    assert found["high"] == pytest.approx(reference.high, abs=0.01)


def test_equal_figures_differ_by_nothing_and_unpaired_ones_are_refused():
    same = np.array([0.0, 1.0, 1.0])
    found = paired_difference(same, same)
    assert (found["low"], found["difference"], found["high"]) == (0, 0, 0)
    with pytest.raises(InvalidValue):
        paired_difference(same, same[:2])
    with pytest.raises(InvalidValue):
        paired_difference(same[:0], same[:0])

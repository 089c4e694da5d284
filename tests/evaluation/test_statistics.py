"""Statistics of outcomes against scikit-learn, scipy and figures worked out by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from model.errors import InvalidValue
from model.evaluation import statistics
from model.evaluation.outcomes import UNKNOWN

RNG = np.random.default_rng(4)
LABELS, NAMED = RNG.integers(4, size=200), RNG.integers(4, size=200)
NAMED = np.where(RNG.random(200) < 0.6, LABELS, NAMED)
RIGHT = (LABELS == NAMED).astype(float)


def test_classes_agree_with_scikit_learn():
    assert (statistics.confusion(LABELS, NAMED, 4) == metrics.confusion_matrix(LABELS, NAMED)).all()
    recalls = metrics.recall_score(LABELS, NAMED, average=None)
    assert statistics.by_class(RIGHT, LABELS, 4) == pytest.approx(recalls.tolist())
    assert statistics.balanced(RIGHT, LABELS) == pytest.approx(
        metrics.balanced_accuracy_score(LABELS, NAMED)
    )


def test_a_class_without_clips_has_no_accuracy_and_draws_no_confusion():
    assert statistics.by_class(np.array([1.0, 0.0]), np.array([0, 0]), 2) == [0.5, None]
    assert statistics.balanced(np.array([1.0, 0.0]), np.array([2, 2])) == 0.5
    with pytest.raises(InvalidValue, match="draws"):
        statistics.confusion(np.array([0]), np.array([UNKNOWN]), 2)


def test_mcnemar_is_the_binomial_test_on_the_clips_that_differ():
    a = np.repeat([1.0, 1, 0, 0], [20, 9, 2, 5])
    b = np.repeat([1.0, 0, 1, 0], [20, 9, 2, 5])
    by_hand = 2 * sum(stats.binom.pmf(k, 11, 0.5) for k in range(3))
    assert statistics.mcnemar(a, b) == pytest.approx(by_hand)
    assert statistics.mcnemar(b, a) == pytest.approx(by_hand)
    assert statistics.mcnemar(a, a) == 1
    with pytest.raises(InvalidValue, match="shares"):
        statistics.mcnemar(a, b / 2)


@pytest.mark.slow
def test_the_permutation_test_agrees_with_scipy_and_with_mcnemar():
    a, b = RNG.random(40), RNG.random(40) - 0.12
    found = stats.permutation_test(
        (a, b), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=10_000, rng=1
    )
    assert statistics.permutation(a, b) == pytest.approx(found.pvalue, abs=0.02)
    a, b = np.repeat([1.0, 0], [9, 2]), np.repeat([0.0, 1], [9, 2])
    assert statistics.permutation(a, b) == pytest.approx(statistics.mcnemar(a, b), abs=0.01)
    assert statistics.permutation(a, a) == 1


def test_a_comparison_is_exact_where_it_can_be():
    other = np.roll(RIGHT, 3)
    exact = statistics.compare(RIGHT, other)
    assert (exact.test, exact.p) == ("McNemar", statistics.mcnemar(RIGHT, other))
    assert exact.difference.value == pytest.approx(0)
    shares = statistics.compare(RIGHT, RIGHT / 2)
    assert shares.test == "permutation"
    assert shares.p < 0.001
    assert shares.difference.low > 0
    with pytest.raises(InvalidValue, match="same clips"):
        statistics.compare(RIGHT, RIGHT[1:])


def test_bins_hold_equally_many_clips_from_short_to_long():
    lengths = np.array([9.0, 1, 5, 3, 7, 2, 8, 4, 6, 10])
    assert statistics.bins_of(lengths, 5).tolist() == [4, 0, 2, 1, 3, 0, 3, 1, 2, 4]
    right = (lengths > 4).astype(float)
    rows = statistics.by_length(right, lengths, 2)
    assert [(row.low, row.high, row.clips) for row in rows] == [(1, 5, 5), (6, 10, 5)]
    assert [row.accuracy.value for row in rows] == [0.2, 1.0]
    assert rows[0].accuracy.low < 0.2 < rows[0].accuracy.high
    assert statistics.bins_of(np.array([4.0, 4, 4, 4]), 5).tolist() == [0, 0, 0, 0]
    few = statistics.bins_of(np.array([1.0, 1, 1, 1, 9]), 5)
    assert few.tolist() == [0, 0, 0, 0, 1]


def test_means_apart_agree_with_scipys_two_sample_bootstrap():
    a, b = RNG.random(60), RNG.random(40) * 0.5
    values, first = np.concatenate([a, b]), np.arange(100) < 60
    found = statistics.apart(values, first, ~first)
    reference = stats.bootstrap(
        (a, b), lambda x, y, axis: x.mean(axis) - y.mean(axis), method="percentile", rng=3
    ).confidence_interval
    assert found.value == pytest.approx(a.mean() - b.mean())
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=0.01)
    with pytest.raises(InvalidValue, match="both kinds"):
        statistics.apart(values, first, first & ~first)


def test_a_recording_in_two_bins_is_drawn_with_both():
    """Recordings differ by much, their short and long clips never: the gap has no spread."""
    level = RNG.random(20).repeat(2)
    long = np.arange(40) % 2 == 1
    names = [f"g{n}" for n in np.arange(20).repeat(2)]
    whole = statistics.apart(level + long, long, ~long, names)
    assert (whole.value, whole.low, whole.high) == pytest.approx((1, 1, 1))
    assert statistics.apart(level + long, long, ~long).low < 0.9
    bins = statistics.by_length(level, np.where(long, 9.0, 1.0), 2, names)
    assert [row.clips for row in bins] == [20, 20]


def test_clips_of_one_recording_are_compared_by_recordings():
    """Four clips each that all agree are no more evidence than one."""
    a, b = np.repeat([1.0, 0], [6, 2]), np.repeat([0.0, 1], [6, 2])
    names = [f"g{n}" for n in np.repeat(np.arange(8), 4)]
    alone, fourfold = statistics.compare(a, b), statistics.compare(a.repeat(4), b.repeat(4), names)
    assert fourfold.test == "permutation of recordings"
    assert fourfold.p == pytest.approx(alone.p, abs=0.02)
    assert statistics.compare(a.repeat(4), b.repeat(4)).p < 0.01 < fourfold.p
    assert statistics.compare(a, b, names[::4]).test == "McNemar"


@pytest.mark.parametrize(("differ", "more"), [(4, False), (5, False), (6, True)])
def test_more_takes_both_the_interval_and_the_exact_test(differ, more):
    """Of few clips that differ, all one way, hardly a bootstrap draws none; McNemar's p of n is
    2 / 2^n: 1/8, 1/16, 1/32."""
    a, b = np.ones(120), np.ones(120)
    b[:differ] = 0
    found = statistics.compare(a, b)
    assert found.difference.above(0)
    assert found.p == pytest.approx(2 / 2**differ)
    assert found.more is more
    assert not statistics.compare(b, a).more


def test_a_trend_is_the_rise_of_the_fitted_line():
    rng, x_P = np.random.default_rng(0), (0.0, 0.2, 0.7, 1.0)
    right = [(rng.random((2, 60)) < 0.3 + 0.5 * x).astype(float) for x in x_P]  # two trainings
    found = statistics.trend(x_P, right)
    slope = np.polyfit(x_P, [row.mean() for row in right], 1)[0]
    assert found.difference.value == pytest.approx(slope * (1.0 - 0.0))
    assert found.more
    wider = statistics.trend([3 * x for x in x_P], right)  # the rise, not the slope
    assert wider.difference.value == pytest.approx(found.difference.value)
    turned = statistics.trend([-x for x in x_P], right)
    assert turned.difference.value == pytest.approx(-found.difference.value)
    assert not turned.more
    bent = statistics.trend((0, 1, 2), [np.zeros(40), np.ones(40), np.zeros(40)])
    assert bent.difference.value == pytest.approx(0)
    with pytest.raises(InvalidValue, match="two or more different values"):
        statistics.trend((1, 1), [np.zeros(4), np.ones(4)])


def test_one_seed_has_no_spread():
    assert statistics.over_seeds([0.5]) == {"mean": 0.5, "sd": None, "seeds": 1}
    assert statistics.over_seeds([0.5, 0.7])["sd"] == pytest.approx(np.std([0.5, 0.7], ddof=1))


def test_variants_of_the_same_trainings_are_compared_within_each():
    """Trainings differ much, and each gains the same: only together does that show."""
    whole_RN = np.repeat([[0.0], [0.5], [1.0]], 30, axis=1) * np.ones(30)
    gated_RN = whole_RN + 0.1
    together = statistics.compare(gated_RN, whole_RN, together=True)
    apart = statistics.compare(gated_RN, whole_RN)
    assert (together.difference.low, together.difference.high) == pytest.approx((0.1, 0.1))
    assert apart.difference.low < 0 < apart.difference.high
    assert together.p == apart.p < 0.001  # of the clips
    assert together.test == "permutation"


def test_bins_and_means_apart_take_trainings():
    right_RN = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    short, long = statistics.by_length(right_RN, np.array([1.0, 1.0, 2.0, 2.0]), 2)
    assert (short.accuracy.value, short.accuracy.low, short.accuracy.high) == (0.5, 0, 1)
    assert (long.accuracy.value, long.accuracy.high) == (1, 1)
    assert long.accuracy.low == pytest.approx(0.025**0.5)  # two clips, all right
    first_N = np.array([False, False, True, True])
    gap = statistics.apart(right_RN, first_N, ~first_N)
    apart = 0.5 * 2**0.5  # draws of two trainings spread by half of what trainings do
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.5, 0.5 - apart, 0.5 + apart))


def test_less_even_is_further_apart_whichever_end_is_higher():
    first_N = np.arange(40) < 20
    even_N = np.tile([0.0, 1.0], 20)
    short_N, long_N = (~first_N).astype(float), first_N.astype(float)
    for uneven_N in (short_N, long_N):
        found = statistics.less_even(uneven_N, even_N, first_N, ~first_N)
        assert found.value == 1.0
        assert found.above(0)
        assert statistics.less_even(even_N, uneven_N, first_N, ~first_N).below(0)
    # far ahead on short clips alone, and so less even than one that is as good on both
    assert not statistics.less_even(even_N, short_N, first_N, ~first_N).above(0)
    assert statistics.less_even(short_N, long_N, first_N, ~first_N).value == 0

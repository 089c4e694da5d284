"""Intervals over clips against closed forms and scipy's bootstrap."""

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap

from model.errors import InvalidValue
from model.evaluation import intervals


def test_of_clips_that_are_all_alike_the_interval_is_the_figure():
    found = intervals.mean([3.0, 3.0, 3.0])
    assert (found.value, found.low, found.high) == (3.0, 3.0, 3.0)
    assert [found.above(bound) for bound in (2.9, 3.0)] == [True, False]
    assert [found.below(bound) for bound in (3.1, 3.0)] == [True, False]


def test_the_mean_has_the_interval_of_scipy():
    values_N = np.random.default_rng(1).gamma(2.0, size=60)
    found = intervals.mean(values_N)
    theirs = bootstrap((values_N,), np.mean, method="percentile", n_resamples=20_000, rng=2)
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert found.value == pytest.approx(values_N.mean())
    assert abs(found.low - theirs.confidence_interval.low) < 0.05 * width
    assert abs(found.high - theirs.confidence_interval.high) < 0.05 * width


def test_a_ratio_is_of_sums_and_a_difference_is_paired():
    a_N, b_N = [2.0, 40.0], [1.0, 20.0]
    ratio = intervals.ratio(a_N, b_N)
    assert (ratio.value, ratio.low, ratio.high) == (2.0, 2.0, 2.0)  # paired: it never varies
    assert intervals.ratio([1.0, 9.0], [2.0, 3.0]).value == 2.0
    assert intervals.difference(a_N, b_N).value == pytest.approx(10.5)


def test_the_geometric_mean_takes_a_factor_and_its_inverse_for_nothing():
    assert intervals.geometric([0.25, 4.0]).value == pytest.approx(1.0)


def test_blocks_change_nothing(monkeypatch):
    values_N = [1.0, 5.0, 2.0]
    whole = intervals.mean(values_N)
    monkeypatch.setattr(intervals, "BLOCK", 3 * 777)
    assert intervals.mean(values_N) == whole


@pytest.mark.parametrize("columns", [([],), ([1.0, 2.0], [1.0])])
def test_figures_of_other_clips_are_refused(columns):
    with pytest.raises(InvalidValue):
        intervals.interval(lambda *rows: rows[0].mean(1), *columns)


def test_clips_of_a_recording_count_as_one():
    """Doubling every clip tells nothing new: the interval over recordings does not narrow."""
    values_N = np.random.default_rng(3).random(30)
    once = intervals.mean(values_N)
    again = intervals.mean(np.repeat(values_N, 4), [f"g{n}" for n in np.repeat(np.arange(30), 4)])
    alone = intervals.mean(np.repeat(values_N, 4))
    assert again.value == pytest.approx(once.value)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.05)
    assert alone.high - alone.low < 0.6 * (again.high - again.low)


def test_recordings_of_unequal_size_weigh_as_many_clips_as_they_have():
    found = intervals.mean([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"])
    assert (found.value, found.low, found.high) == (0.75, 0.0, 1.0)
    alone = intervals.difference([1.0, 2.0], [1.0, 1.0], ["a", "a"])
    assert alone.value == 0.5
    assert not alone.above(0)  # one recording says nothing of others
    assert not alone.below(1)
    with pytest.raises(InvalidValue, match="recording of each"):
        intervals.mean([1.0, 0.0], ["a"])


def test_a_paired_difference_has_the_interval_of_scipy():
    rng = np.random.default_rng(3)
    a, b = (rng.random(150) < 0.8).astype(float), (rng.random(150) < 0.6).astype(float)
    found = intervals.paired_difference(a, b)
    reference = bootstrap(
        (a - b,), np.mean, n_resamples=10_000, method="percentile", rng=np.random.default_rng(7)
    ).confidence_interval
    assert found["difference"] == pytest.approx((a - b).mean())
    assert found["low"] == pytest.approx(reference.low, abs=0.01)
    assert found["high"] == pytest.approx(reference.high, abs=0.01)


def test_equal_figures_differ_by_nothing_and_unpaired_ones_are_refused():
    same = np.array([0.0, 1.0, 1.0])
    found = intervals.paired_difference(same, same)
    assert (found["low"], found["difference"], found["high"]) == (0, 0, 0)
    with pytest.raises(InvalidValue):
        intervals.paired_difference(same, same[:2])
    with pytest.raises(InvalidValue):
        intervals.paired_difference(same[:0], same[:0])


def drawn(rows_RN, draw_R):
    """The trainings of a draw, (N,), moved as far apart as trainings are, by hand."""
    R, mean_N = len(rows_RN), rows_RN.mean(0)
    return mean_N + (R / (R - 1)) ** 0.5 * (rows_RN[draw_R].mean(0) - mean_N)


def test_a_paired_difference_draws_recordings_and_trainings():
    """That of a bootstrap by hand: recordings once for both; of variants of the same networks the
    trainings once for both, else of each apart."""
    rng = np.random.default_rng(8)
    group_N = [f"g{n // 4}" for n in range(40)]
    of_group_N = np.repeat(rng.normal(size=10), 4)
    a_RN = rng.random((3, 40)) + of_group_N + np.array([[0.0], [0.5], [1.0]])
    b_RN = a_RN - rng.random((3, 40)) * (of_group_N > 0)

    def by_hand(together):
        found = []
        for _ in range(4_000):
            clips = (4 * rng.integers(10, size=10)[:, None] + np.arange(4)).ravel()
            r = rng.integers(3, size=(2, 3))
            s = r[0] if together else r[1]
            found.append((drawn(a_RN, r[0]) - drawn(b_RN, s))[clips].mean())
        return np.quantile(found, [0.025, 0.975])

    for together, most in ((True, 0.6), (False, 1.8)):
        found = intervals.paired_difference(a_RN, b_RN, group_N, together=together)
        assert found["difference"] == pytest.approx((a_RN - b_RN).mean())
        assert (found["clips"], found["recordings"]) == (40, 10)
        assert (found["low"], found["high"]) == pytest.approx(by_hand(together), abs=0.05)
        assert found["high"] - found["low"] < most
    over_clips = intervals.paired_difference(a_RN.mean(0), b_RN.mean(0))
    over_groups = intervals.paired_difference(a_RN.mean(0), b_RN.mean(0), group_N)
    narrow, wide = (row["high"] - row["low"] for row in (over_clips, over_groups))
    assert narrow < 0.75 * wide
    assert "recordings" not in over_clips
    with pytest.raises(InvalidValue):
        intervals.paired_difference(a_RN, b_RN[:2], together=True)


def test_one_recording_leaves_a_paired_difference_without_bounds():
    found = intervals.paired_difference(np.ones(3), np.zeros(3), ["a"] * 3)
    assert (found["difference"], found["low"], found["high"]) == (1, None, None)


def test_trainings_are_drawn_as_well_as_clips():
    """Clips that are all alike leave the trainings alone: the chance that three draws are all the
    lowest of three is 1/27, more than 2.5 %. Draws of three spread by 2/3 of what trainings do."""
    figures_RN = np.repeat([[0.2], [0.5], [0.8]], 40, axis=1)
    found = intervals.mean(figures_RN)
    apart = 0.3 * 1.5**0.5
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5 - apart, 0.5 + apart))
    alike = intervals.mean(np.full((3, 40), 0.5), ["a"] * 20 + ["b"] * 20)
    assert (alike.value, alike.low, alike.high) == (0.5, 0.5, 0.5)


def test_draws_of_trainings_spread_as_far_as_trainings_do():
    """The variance of a mean of R is that of one, with R - 1, over R."""
    means_R = np.random.default_rng(6).normal(size=40)
    found = intervals.mean(np.repeat(means_R[:, None], 5, axis=1))
    sd = means_R.std(ddof=1) / 40**0.5
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(sd, rel=0.03)


def test_where_all_are_right_or_wrong_the_bound_is_exact():
    groups = ["a", "a", "b", "c", "d"]
    exact = binomtest(4, 4).proportion_ci(0.95, "exact")
    right, wrong = (intervals.share(np.full(5, value), groups) for value in (1.0, 0.0))
    assert (right.value, right.high) == (wrong.value + 1, wrong.low + 1) == (1, 1)
    assert right.low == pytest.approx(exact.low)
    assert wrong.high == pytest.approx(1 - exact.low)
    assert intervals.share([1.0, 1.0]).low == pytest.approx(binomtest(2, 2).proportion_ci().low)
    assert not intervals.share([1.0, 1.0], ["a", "a"]).above(0)  # one recording
    mixed = [1.0, 0.0, 1.0, 1.0, 0.0]
    assert intervals.share(mixed, groups) == intervals.mean(mixed, groups)
    far = intervals.share([[0.0, 0.0], [1.0, 1.0]])
    assert (far.value, far.low, far.high) == (0.5, 0, 1)


def test_a_difference_of_trainings_is_that_of_a_bootstrap_by_hand():
    """Recordings are drawn once for both, trainings for each, and these moved apart."""
    rng = np.random.default_rng(4)
    a_RN, b_RN = rng.random((3, 24)), rng.random((2, 24)) - np.array([[0.0], [0.6]])
    found = intervals.difference(a_RN, b_RN, [f"g{n // 3}" for n in range(24)])
    by_hand = []
    for _ in range(4_000):
        clips = (3 * rng.integers(8, size=8)[:, None] + np.arange(3)).ravel()
        a_N, b_N = (drawn(rows, rng.integers(len(rows), size=len(rows))) for rows in (a_RN, b_RN))
        by_hand.append((a_N - b_N)[clips].mean())
    low, high = np.quantile(by_hand, [0.025, 0.975])
    assert found.value == pytest.approx(a_RN.mean() - b_RN.mean())
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.03)
    assert found.high - found.low > 0.6  # of clips alone it is about .3
    one = intervals.difference(a_RN[:1], b_RN[0], [f"g{n // 3}" for n in range(24)])
    alone = intervals.difference(a_RN[0], b_RN[0], [f"g{n // 3}" for n in range(24)])
    assert (one.low, one.high) == pytest.approx((alone.low, alone.high))
    with pytest.raises(InvalidValue):
        intervals.difference(a_RN, b_RN[:, 1:])

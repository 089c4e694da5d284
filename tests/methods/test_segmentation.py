"""Superframe segmentation against scipy's log-normal and against every possible segmentation."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import lognorm

from model.methods.segmentation import (
    MU,
    SIGMA,
    TYPICAL_S,
    SegmentScore,
    equal_segments,
    hill_climb,
)


def scorer(motion_T, fps, gamma=1.0):
    motion_T = np.asarray(motion_T, float)
    return SegmentScore(motion_T, np.arange(len(motion_T) + 1) / fps, gamma)


def test_score_is_the_lognormal_density_over_motion():
    score = scorer([0, 0.5, 9, 9, 0.25, 0], fps=2.0, gamma=3.0)
    density = lognorm(s=SIGMA, scale=np.exp(MU)).pdf(2.0)  # four frames at 2 fps
    assert score(1, 5) == pytest.approx(density / (1 + 3 * (0.5 + 0.25)))


def test_typical_length_is_the_mode():
    seconds = np.arange(0.5, 5, 0.001)
    mode = seconds[lognorm(s=SIGMA, scale=np.exp(MU)).pdf(seconds).argmax()]
    assert pytest.approx(mode, abs=0.002) == TYPICAL_S
    assert pytest.approx(1.849, abs=0.001) == TYPICAL_S


@pytest.mark.parametrize(
    ("T", "fps", "segments"),
    [(1, 25, 1), (46, 25, 1), (240, 25, 5), (2672, 29.97, 49), (9, 0.1, 9)],
)
def test_start_has_one_segment_per_typical_length(T, fps, segments):
    cuts = equal_segments(T, fps)
    assert len(cuts) == segments + 1
    assert (cuts[0], cuts[-1]) == (0, T)
    assert np.ptp(np.diff(cuts)) <= 1


def exhaustive(score, T, segments):
    """The best total over all segmentations into this many segments."""
    return max(score.total([0, *inner, T]) for inner in combinations(range(1, T), segments - 1))


@pytest.mark.parametrize("seed", range(12))
def test_hill_climb_ends_in_a_local_optimum_near_the_best(seed):
    T, fps = 24, 5.0
    random = np.random.default_rng(seed)
    score = scorer(random.gamma(1.0, size=T), fps)
    start = equal_segments(T, fps)
    cuts = hill_climb(start, score, 2)
    reached, best = score.total(cuts), exhaustive(score, T, len(cuts) - 1)
    assert score.total(start) <= reached <= best + 1e-12
    for b in range(1, len(cuts) - 1):
        for move in (-1, 1):
            other = cuts.copy()
            other[b] += move
            if (np.diff(other) > 0).all():
                assert score.total(other) <= reached + 1e-9
    assert reached >= 0.8 * best


@pytest.mark.parametrize("still", [(10, 22), (9, 24), (12, 20)])
def test_where_the_way_leads_there_the_best_of_all_is_found(still):
    """Motion that falls towards two moments, at about the typical length from each other."""
    T, fps = 33, 6.0
    t = np.arange(T)
    score = scorer(np.minimum(*(np.abs(t - at + 0.5) for at in still)), fps)
    cuts = hill_climb(np.array([0, 11, 22, 33]), score, round(0.25 * fps))
    assert score.total(cuts) == pytest.approx(exhaustive(score, T, 3))


def test_a_boundary_climbs_to_the_still_moment():
    """Motion everywhere but at frames 19 and 20: the boundary of two segments moves there."""
    motion_T = np.ones(36)
    motion_T[[19, 20]] = 0
    cuts = hill_climb(np.array([0, 18, 36]), scorer(motion_T, 10.0), 3)
    assert cuts.tolist() == [0, 20, 36]


def test_every_segment_keeps_a_frame():
    cuts = hill_climb(np.arange(9), scorer(np.zeros(8), 25.0), 6)
    assert (np.diff(cuts) >= 1).all()
    assert (cuts[0], cuts[-1]) == (0, 8)

"""Meeting a wanted number: midpoints and frames apart."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest

from model.methods.filling import away_from, fill_apart, midpoints


def test_midpoints_are_the_floor_of_exact_fractions():
    for T in range(1, 40):
        for K in range(1, T + 1):
            wanted = [floor((i + Fraction(1, 2)) * T / K) for i in range(K)]
            assert midpoints(T, K).tolist() == wanted


def test_away_from_is_the_distance_to_the_nearest():
    assert away_from(np.array([2, 7]), 10).tolist() == [2, 1, 0, 1, 2, 2, 1, 0, 1, 2]
    assert away_from(np.array([0]), 3).tolist() == [0, 1, 2]


def test_fill_takes_the_best_frames_that_are_apart():
    score_T = np.zeros(40)
    score_T[[5, 6, 20, 35]] = [3, 4, 2, 1]
    assert fill_apart(score_T, np.array([], np.int64), 3).tolist() == [6, 20, 35]


def test_fill_keeps_what_was_chosen_and_stays_away_from_it():
    score_T = np.zeros(40)
    score_T[[9, 11, 30]] = [5, 5, 1]
    assert fill_apart(score_T, np.array([10]), 2).tolist() == [10, 30]


def test_fill_without_any_score_spreads_out():
    frames = fill_apart(np.zeros(100), np.array([], np.int64), 5)
    assert frames.tolist() == [0, 20, 40, 60, 80]


@pytest.mark.parametrize("T", [1, 2, 3, 17])
def test_fill_reaches_every_number(T):
    score_T = np.random.default_rng(T).random(T)
    best = np.array([int(score_T.argmax())])
    for K in range(1, T + 1):
        frames = fill_apart(score_T, best, K)
        assert len(set(frames.tolist())) == K
        assert best[0] in frames
    assert frames.tolist() == list(range(T))

"""Superframes: interest by hand, a known interesting segment, and the empty knapsack."""

import numpy as np
import pytest

from model.features.types import Features
from model.methods.superframes import Superframes, interest


def features(quality_T3, tracks_T, fps=25.0):
    quality_T3, tracks_T = np.asarray(quality_T3, float), np.asarray(tracks_T, float)
    return Features(np.arange(len(tracks_T)) / fps, {"quality": quality_T3, "tracks": tracks_T})


def still(T, fps=25.0, **interesting):
    """A still clip whose frames named `f<index>` are the interesting ones."""
    quality = np.zeros((T, 3))
    for at, value in interesting.items():
        quality[int(at[1:])] = value
    return features(quality, np.zeros(T), fps)


def test_interest_is_the_mean_of_scaled_parts():
    quality = np.array([[1.0, 10, 7], [3, 20, 7], [2, 15, 7]])
    motion = np.array([4.0, 0, 1])
    np.testing.assert_allclose(interest(quality, motion), [1 / 4, 2 / 4, (0.5 + 0.5 + 0.25) / 4])


def test_the_interesting_superframe_gives_its_best_frame():
    keyframes = Superframes().run(still(1000, f500=1.0, f505=0.5))
    assert 500 in keyframes.index_K
    assert keyframes.score_K[keyframes.index_K == 500] == pytest.approx(0.75)


def test_the_summary_stays_within_the_budget():
    random = np.random.default_rng(0)
    clip = features(random.random((1500, 3)), random.random(1500))
    method = Superframes()
    cuts = method.segments(clip, clip.descriptors["tracks"])
    keyframes = method.run(clip)
    sizes = np.diff(cuts)
    assert 1 <= len(keyframes.index_K) <= 0.15 * 1500 / sizes.min()
    chosen, total = keyframes.notices[0].split(": ")[1].split(" of ")
    assert int(chosen) <= 0.15 * 1500
    assert total == "1500 frames."


def test_an_empty_knapsack_falls_back_and_says_so():
    """7 s at 15 % allow 1.05 s; superframes are about 1.85 s long."""
    keyframes = Superframes().run(still(175, f120=1.0))
    assert keyframes.index_K.tolist() == [120]
    assert "Nothing fits into 15%" in keyframes.notices[0]


def test_a_clip_of_no_interest_says_so():
    keyframes = Superframes().run(still(1000))
    assert len(keyframes.index_K) == 1
    assert "no superframe is of any interest" in keyframes.notices[0]


def test_k_takes_the_densest_superframes():
    clip = still(1000, f100=1.0, f500=0.8, f900=0.6)
    assert Superframes().run(clip, 1).index_K.tolist() == [100]
    assert Superframes().run(clip, 3).index_K.tolist() == [100, 500, 900]


def test_missing_detectors_are_stated():
    keyframes = Superframes().run(still(100))
    assert any("faces" in notice and "landmarks" in notice for notice in keyframes.notices)


def test_real_times_decide_the_lengths():
    """The same frames at a tenth of the rate last ten times as long: more superframes."""
    method = Superframes()
    fast, slow = still(400), still(400, fps=2.5)
    zeros = np.zeros(400)
    assert len(method.segments(slow, zeros)) > 5 * len(method.segments(fast, zeros))

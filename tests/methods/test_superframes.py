"""Superframes: interest by hand, a known interesting segment, and the empty knapsack."""

from fractions import Fraction
from itertools import combinations, pairwise

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


@pytest.mark.parametrize("budget", [0.15, 0.29, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_chosen_superframes_are_the_best_of_all_that_fit(seed, budget):
    """Every set of superframes, by hand; the keyframes are their most interesting frames."""
    random = np.random.default_rng(seed)
    clip = features(random.random((400, 3)), random.random(400).repeat(5)[:400])
    method, found = Superframes(budget=budget), Superframes(budget=budget).run(clip)
    interest_T = found.curves["interest"].value
    cuts = method.segments(clip, found.curves["motion"].value).tolist()
    parts = [slice(a, b) for a, b in pairwise(cuts)]
    sets = [
        chosen
        for size in range(1, len(parts) + 1)
        for chosen in combinations(parts, size)
        if sum(part.stop - part.start for part in chosen) <= Fraction(str(budget)) * 400
    ]
    best = max(sets, key=lambda chosen: sum(interest_T[part].sum() for part in chosen))
    wanted = [part.start + int(interest_T[part].argmax()) for part in best]
    assert found.index_K.tolist() == wanted
    frames = sum(part.stop - part.start for part in best)
    assert found.notices[0] == f"{len(best)} of {len(parts)} superframes: {frames} of 400 frames."


def test_a_share_of_the_frames_is_not_rounded_below_itself():
    """29 % of 100 frames are 29, though 0.29 * 100 is a little less."""
    chosen_N, how = Superframes(budget=0.29)._own(np.array([1.0, 5.0]), np.array([29, 71]))
    assert chosen_N.tolist() == [0]
    assert how == "1 of 2 superframes: 29 of 100 frames."


def test_an_empty_knapsack_falls_back_and_says_so():
    """7 s at 15 % allow 1.05 s; superframes are about 1.85 s long."""
    keyframes = Superframes().run(still(175, f120=1.0))
    assert keyframes.index_K.tolist() == [120]
    assert "Nothing fits into 15%" in keyframes.notices[0]


def test_a_clip_of_no_interest_says_so():
    keyframes = Superframes().run(still(1000))
    assert len(keyframes.index_K) == 1
    assert "no superframe is of any interest" in keyframes.notices[0]
    assert keyframes.notices[1] == "The interest never changes: one frame stands for the clip."


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

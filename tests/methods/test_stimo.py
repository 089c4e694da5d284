"""STIMO: the distance, the centres and the medoid by hand; known scenes."""

from itertools import combinations

import numpy as np
import pytest

from model.features.types import Features
from model.methods.stimo import STIMO, furthest_point_first, jaccard, medoid


def colour(bin_, share=1.0):
    """A histogram with `share` of its pixels in one bin, the rest spread over all."""
    row = np.full(256, (1 - share) / 256)
    row[bin_] += share
    return row


def clip(seconds, fps=25):
    """A clip whose seconds have these colour histograms."""
    colours_TD = np.repeat(np.asarray(seconds, np.float32), fps, axis=0)
    quality_T3 = np.full((len(colours_TD), 3), 0.5)
    return Features(
        np.arange(len(colours_TD)) / fps, {"colours": colours_TD, "quality": quality_T3}
    )


def test_the_distance_by_hand():
    rows = np.array([[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 1]])
    np.testing.assert_allclose(jaccard(rows, rows[0]), [0, 1 - 0.5 / 1.5, 1])


def test_the_next_centre_is_the_farthest_from_all():
    rows = np.stack([colour(0), colour(0, 0.9), colour(5), colour(5, 0.5), colour(0, 0.4)])
    centres, label_N = furthest_point_first(rows, 3)
    assert centres[:2] == [0, 2]
    assert label_N.tolist() == [0, 0, 1, 1, 2]
    assert centres == [0, 2, 4]


@pytest.mark.parametrize("seed", range(5))
def test_centres_and_clusters_equal_a_naive_loop(seed):
    rows = np.random.default_rng(seed).dirichlet(np.full(20, 0.3), 40)

    def apart(a, b):
        return 1 - np.minimum(rows[a], rows[b]).sum() / np.maximum(rows[a], rows[b]).sum()

    centres = [0]
    while len(centres) < 7:
        away = [min(apart(n, c) for c in centres) for n in range(40)]
        centres.append(max(range(40), key=lambda n: away[n]))
    nearest = [min(range(7), key=lambda c: apart(n, centres[c])) for n in range(40)]
    found, label_N = furthest_point_first(rows, 7)
    assert found == centres
    assert label_N.tolist() == nearest


@pytest.mark.parametrize("seed", range(3))
def test_the_radius_is_within_twice_the_least(seed):
    rows = np.random.default_rng(seed).dirichlet(np.full(6, 0.3), 9)
    apart_NN = np.stack([jaccard(rows, row) for row in rows])
    centres, label_N = furthest_point_first(rows, 3)
    radius = max(apart_NN[n, centres[c]] for n, c in enumerate(label_N))
    least = min(apart_NN[list(chosen)].min(axis=0).max() for chosen in combinations(range(9), 3))
    assert least <= radius <= 2 * least
    nearest = apart_NN[centres].min(axis=0)
    np.testing.assert_allclose(apart_NN[np.arange(9), np.array(centres)[label_N]], nearest)


def test_equal_rows_end_the_search():
    centres, label_N = furthest_point_first(np.stack([colour(0)] * 3 + [colour(1)] * 2), 5)
    assert centres == [0, 3]
    assert label_N.tolist() == [0, 0, 0, 1, 1]


def test_the_medoid_is_midway_between_the_ends():
    rows = np.array([[1 - s, s] for s in (0, 0.1, 0.2, 0.5, 0.9, 1)])
    assert medoid(rows, np.arange(6), 0) == 3
    assert medoid(rows, np.array([4]), 4) == 4


def test_known_scenes_have_a_keyframe_each():
    keyframes = STIMO().run(clip([colour(3)] * 5 + [colour(90)] * 3 + [colour(200)] * 2))
    assert keyframes.index_K.tolist() == [2 * 25, 6 * 25, 9 * 25]
    np.testing.assert_allclose(keyframes.score_K, [0.5, 0.3, 0.2])
    assert keyframes.curves["step"].threshold == STIMO().tau


def test_a_wanted_number_is_the_number_of_clusters():
    clip_ = clip([colour(3)] * 4 + [colour(3, 0.3)] * 4 + [colour(90)] * 4)
    assert len(STIMO(tau=0.9).run(clip_).index_K) == 2
    assert STIMO().run(clip_, 3).index_K.tolist() == [2 * 25, 6 * 25, 10 * 25]
    for k in (1, 2, 9, 40):
        assert len(STIMO().run(clip_, k).index_K) == k


def test_a_constant_clip_says_so():
    keyframes = STIMO().run(clip([colour(7)] * 3))
    assert keyframes.index_K.tolist() == [25]
    said = "The colours never change between the frames looked at: one frame stands for the clip."
    assert said in keyframes.notices
    assert "Clusters: 1; no more frames differ." in STIMO().run(clip([colour(7)] * 3), 2).notices

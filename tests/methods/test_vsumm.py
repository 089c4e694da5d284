"""VSUMM: known clusters, small ones, near duplicates and frames of one colour."""

import numpy as np
import pytest

from model.features.types import Features
from model.methods.kmeans import kmeans
from model.methods.sampling import MOST, closest, different, held, manhattan, sampled
from model.methods.stimo import STIMO
from model.methods.vsumm1 import VSUMM1
from model.methods.vsumm2 import VSUMM2


def hue(bin_, share=1.0):
    """A histogram with `share` of its pixels in one bin, the rest spread over all."""
    row = np.full(16, (1 - share) / 16)
    row[bin_] += share
    return row


def clip(seconds, fps=25, contrast=0.5):
    """A clip whose seconds have these hue histograms."""
    hues_TH = np.repeat(np.asarray(seconds, np.float32), fps, axis=0)
    colours_TD = np.repeat(hues_TH / 16, 16, axis=1)  # all saturations and values alike
    quality_T3 = np.full((len(hues_TH), 3), contrast)
    return Features(np.arange(len(hues_TH)) / fps, {"colours": colours_TD, "quality": quality_T3})


def test_a_keyframe_for_each_cluster():
    keyframes = VSUMM1().run(clip([hue(1)] * 5 + [hue(6)] * 3 + [hue(11)] * 3))
    assert keyframes.index_K.tolist() == [2 * 25, 6 * 25, 9 * 25]
    np.testing.assert_allclose(keyframes.score_K, [5 / 11, 3 / 11, 3 / 11])
    step_T = keyframes.curves["step"].value
    assert np.flatnonzero(step_T > 0.5).tolist() == [*range(125, 150), *range(200, 225)]
    assert keyframes.curves["step"].threshold == 0.5


def test_the_nearest_to_the_centroid_and_not_another():
    seconds = [hue(1, 1.0), hue(1, 0.8), hue(1, 0.65), hue(9, 0.9), hue(9, 0.7), hue(9, 0.75)]
    assert VSUMM1().run(clip(seconds)).index_K.tolist() == [25, 5 * 25]


def test_a_scene_that_comes_back_has_one_keyframe():
    """The second cut adds a third cluster, whose keyframe is a near duplicate."""
    seconds = [hue(1, 0.98)] * 4 + [hue(8)] * 4 + [hue(1, 0.9)] * 4
    keyframes = VSUMM1().run(clip(seconds))
    assert keyframes.index_K.tolist() == [2 * 25, 6 * 25]
    assert "Near duplicates dropped: 1." in keyframes.notices
    assert len(VSUMM1().run(clip(seconds), 3).index_K) == 3


def test_vsumm2_leaves_small_clusters_out():
    clip_ = clip([hue(1)] * 7 + [hue(6)] + [hue(11)] * 7)
    assert VSUMM1().run(clip_).index_K.tolist() == [3 * 25, 7 * 25, 11 * 25]
    assert VSUMM2().run(clip_).index_K.tolist() == [3 * 25, 11 * 25]


def test_a_step_counts_by_its_absolute_differences():
    """0.4 of the pixels change their hue: a distance of 0.8, or 0.57 at right angles."""
    seconds = [0.4 * hue(1) + 0.6 * hue(5)] * 3 + [0.4 * hue(9) + 0.6 * hue(5)] * 3
    assert VSUMM1(tau=0.79).run(clip(seconds)).index_K.tolist() == [25, 4 * 25]
    assert len(VSUMM1(tau=0.81).run(clip(seconds)).index_K) == 1


def test_half_the_mean_size_is_too_small():
    assert VSUMM2().key(np.array([1, 2, 3])).tolist() == [False, True, True]
    assert VSUMM1().key(np.array([1, 2, 3])).all()


@pytest.mark.parametrize("method", [VSUMM1(), VSUMM2()])
def test_a_wanted_number_of_clusters(method):
    clip_ = clip([hue(1)] * 7 + [hue(6)] * 7 + [hue(11)] * 6)
    assert method.run(clip_, 3).index_K.tolist() == [3 * 25, 10 * 25, 17 * 25]
    assert len(method.run(clip_, 1).index_K) == 1
    assert len(method.run(clip_, 40).index_K) == 40


def test_frames_of_one_colour_are_left_out():
    clip_ = clip([hue(0)] * 3 + [hue(6)] * 3)
    clip_.descriptors["quality"][:75, 0] = 0.001
    keyframes = VSUMM1().run(clip_)
    assert keyframes.index_K.tolist() == [4 * 25]
    assert "3 frames nearly of one colour are left out." in keyframes.notices


def test_a_clip_of_one_colour_keeps_a_frame_and_says_so():
    keyframes = VSUMM1().run(clip([hue(0)] * 3, contrast=0))
    assert keyframes.index_K.tolist() == [25]
    assert "Every frame is nearly of one colour: none is left out." in keyframes.notices
    said = "The hues never change between the frames looked at: one frame stands for the clip."
    assert said in keyframes.notices


@pytest.mark.parametrize("method", [VSUMM1(rate=0.1), VSUMM2(rate=0.1), STIMO(rate=0.1)])
def test_one_sample_tells_what_it_leaves_unseen(method):
    still = method.run(clip([hue(3)] * 3))
    assert still.index_K.tolist() == [0]
    assert "The colours never change: one frame stands for the clip." in still.notices
    changing = method.run(clip([hue(3)] * 2 + [hue(6)]))
    assert changing.index_K.tolist() == [0]
    assert "A single frame is looked at: it stands for the clip." in changing.notices


def test_kmeans_is_a_fixed_point_near_where_time_starts_it():
    random = np.random.default_rng(0)
    x_ND = random.normal(size=(60, 3)) + np.repeat([[0], [5], [9]], 20, axis=0)
    label_N, apart_N = kmeans(x_ND, 3)
    assert label_N.tolist() == [0] * 20 + [1] * 20 + [2] * 20
    means = np.stack([x_ND[label_N == c].mean(axis=0) for c in range(3)])
    np.testing.assert_allclose(apart_N, np.linalg.norm(x_ND - means[label_N], axis=1))


def test_kmeans_of_equal_rows_has_as_many_clusters_as_differ():
    label_N, apart_N = kmeans(np.repeat([[0.0], [1.0]], 4, axis=0), 5)
    assert label_N.tolist() == [0] * 4 + [1] * 4
    assert (apart_N == 0).all()


def test_sampling_takes_the_first_frame_of_each_second():
    times_T = np.array([0, 0.4, 0.9, 1.0, 1.5, 4.2, 4.3])
    assert sampled(times_T, 1.0, None).tolist() == [0, 3, 5]
    assert sampled(times_T, 2.0, None).tolist() == [0, 2, 3, 4, 5]
    assert sampled(times_T, 1.0, 2).tolist() == [0, 2, 4, 6]
    assert sampled(times_T, 1.0, 9).tolist() == [*range(7)]
    assert len(sampled(np.arange(3 * MOST) / 60, 60.0, None)) == MOST


def test_helpers_by_hand():
    assert manhattan(np.array([[0.5, 0.5], [1, 0]]), np.array([1.0, 0])).tolist() == [1, 0]
    assert held(np.array([1, 3]), np.array([5.0, 7]), 5).tolist() == [5, 5, 5, 7, 7]
    assert closest(np.array([1.0, 0, 0, 0, 2])) == 2
    rows = np.array([[0.0], [1], [1.2], [0.1], [3]])
    assert different(rows, np.arange(5), 0.5, manhattan).tolist() == [0, 1, 4]

"""Cubes of six frames: known answers, and what holds for any keyframes."""

import numpy as np
import pytest

from model.errors import InvalidValue
from model.networks.cubes import cube_indices, cubes


def test_five_frames_lie_evenly_before_the_next_keyframe():
    expected = [[6, 8, 10, 12, 14, 16], [18, 19, 20, 21, 22, 23]]
    np.testing.assert_array_equal(cube_indices(np.array([6, 18]), 24), expected)


def test_frames_repeat_where_there_are_fewer():
    expected = [[0, 0, 0, 1, 1, 1], [2, 2, 2, 2, 2, 2]]
    np.testing.assert_array_equal(cube_indices(np.array([0, 2]), 3), expected)


def test_any_keyframes_give_cubes_that_stay_in_their_own_stretch():
    rng = np.random.default_rng(0)
    for _ in range(200):
        T = int(rng.integers(1, 300))
        K = int(rng.integers(1, min(T, 20) + 1))
        keyframes = np.sort(rng.choice(T, K, replace=False))
        index = cube_indices(keyframes, T)
        assert index.shape == (K, 6)
        np.testing.assert_array_equal(index[:, 0], keyframes)
        assert (np.diff(index, axis=1) >= 0).all()
        following = np.append(keyframes[1:], T)
        assert (index[:, -1] < following).all()
        long = following - keyframes >= 6
        assert (np.diff(index[long], axis=1) > 0).all()


@pytest.mark.parametrize(("keyframes", "T"), [([], 5), ([5], 5), ([-1, 2], 5), ([2, 2], 5)])
def test_keyframes_that_are_none_are_refused(keyframes, T):
    with pytest.raises(InvalidValue):
        cube_indices(np.array(keyframes, int), T)


def test_a_cube_holds_its_frames():
    frames = np.arange(24, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    got = cubes(frames, np.array([6, 18]))
    assert got.shape == (2, 6, 2, 2, 3)
    np.testing.assert_array_equal(got[0, :, 1, 1, 2], [6, 8, 10, 12, 14, 16])

"""Optical flow: known translations, the quantisation rule, and flow added over any batching."""

import cv2
import numpy as np
import pytest

from model.errors import InvalidParameter
from model.features.types import FrameBatch
from model.video.flow import ALGORITHMS, FlowAdder, make_flow, quantise_flow


def texture(size=80, seed=0):
    noise = np.random.default_rng(seed).random((size, size)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_translation_is_found(name):
    previous = texture()
    following = np.roll(previous, (-2, 3), axis=(0, 1))  # 2 up, 3 right
    flow_HW2 = make_flow(name)(previous, following)
    assert flow_HW2.shape == (80, 80, 2)
    assert flow_HW2.dtype == np.float32
    inside = np.median(flow_HW2[16:-16, 16:-16], axis=(0, 1))
    np.testing.assert_allclose(inside, (3, -2), atol=0.3)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_no_change_is_no_flow(name):
    still = texture()
    assert np.median(np.abs(make_flow(name)(still, still))) < 0.01


def test_an_unknown_algorithm_names_the_known_ones():
    with pytest.raises(InvalidParameter, match="one of dis, tvl1, farneback, got 'brox'"):
        make_flow("brox")


def test_quantisation_by_an_independent_calculation():
    random = np.random.default_rng(1)
    flow = random.normal(0, 15, (6, 7, 2)).astype(np.float32)
    image = quantise_flow(flow)
    assert image.shape == (6, 7, 3)
    assert image.dtype == np.uint8
    for y in range(6):
        for x in range(7):
            u, v = map(float, flow[y, x])
            for channel, value in enumerate((u, v, (u * u + v * v) ** 0.5)):
                clipped = min(max(value, -20.0), 20.0)
                wanted = 255 * (clipped + 20) / 40
                assert abs(image[y, x, channel] - wanted) <= 0.5 + 1e-4


def test_quantisation_known_values():
    flow = np.array([[[0, 0], [-20, 20], [-99, 99], [3, -4]]], np.float32)
    assert quantise_flow(flow).tolist() == [
        [[128, 128, 128], [0, 255, 255], [0, 255, 255], [147, 102, 159]]
    ]


def batches_of(frames, *sizes):
    start = 0
    for size in sizes:
        times = np.arange(start, start + size) / 25
        yield FrameBatch(start, times, frames[start : start + size])
        start += size


def added(frames, *sizes):
    found = list(FlowAdder(make_flow("farneback"))(batches_of(frames, *sizes)))
    assert [len(batch.times_N) for batch in found] == list(sizes)
    return np.concatenate([batch.flows_NHW2 for batch in found])


def test_every_batching_gives_the_same_flow_and_the_last_repeats():
    frames = np.stack([np.roll(texture(48), t, axis=1) for t in range(6)])
    frames = np.repeat(frames[..., None], 3, axis=-1)
    whole = added(frames, 6)
    assert whole.shape == (6, 48, 48, 2)
    np.testing.assert_array_equal(whole[5], whole[4])
    assert np.abs(whole[4] - whole[3]).max() > 0
    for sizes in [(1,) * 6, (2, 4), (5, 1), (1, 5), (3, 2, 1)]:
        np.testing.assert_array_equal(added(frames, *sizes), whole)


def test_a_single_frame_has_no_flow_and_no_frames_no_batches():
    frames = np.full((1, 16, 16, 3), 7, np.uint8)
    assert np.all(added(frames, 1) == 0)
    assert list(FlowAdder(make_flow("dis"))([])) == []

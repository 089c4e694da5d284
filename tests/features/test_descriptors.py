"""Descriptors against independent calculations and frames whose answer is known."""

import colorsys

import cv2
import numpy as np
import pytest

from model.errors import InvalidValue
from model.features.descriptors import registry
from model.features.descriptors.histogram import Histogram, histogram
from model.features.descriptors.motion import Motion
from model.features.descriptors.quality import Quality
from model.features.descriptors.tracks import Tracks, corners, displacement
from model.features.types import FrameBatch

SIDE = 224
NAMES = ("colours", "content", "histogram", "key", "layout", "motion", "quality", "tracks")


def texture(seed=0, side=SIDE + 100):
    """A grey scene with blobs of many sizes, so that corners exist and can be followed."""
    noise = np.random.default_rng(seed).random((side, side)).astype(np.float32)
    blurred = sum(cv2.GaussianBlur(noise, (0, 0), s) * s for s in (1.5, 3.0, 6.0))
    scaled = (blurred - blurred.min()) / np.ptp(blurred) * 255
    return scaled.astype(np.uint8)


def panned(pixels_per_frame, frames, seed=0):
    """RGB frames of a scene passing leftwards at a known speed."""
    scene = texture(seed)
    views = [scene[:SIDE, round(i * pixels_per_frame) :][:, :SIDE] for i in range(frames)]
    return np.stack([np.repeat(view[..., None], 3, axis=2) for view in views])


def batches(frames_THWC, flows=None, size=3, fps=25.0):
    """The frames in batches of `size`, as a decoder would hand them out."""
    for start in range(0, len(frames_THWC), size):
        part = slice(start, start + size)
        times = np.arange(start, min(start + size, len(frames_THWC))) / fps
        yield FrameBatch(start, times, frames_THWC[part], None if flows is None else flows[part])


def described(descriptor, frames, **options):
    for batch in batches(frames, **options):
        descriptor.update(batch)
    return descriptor.finish()


@pytest.fixture(scope="module")
def noise_frames():
    return np.random.default_rng(1).integers(0, 256, (7, SIDE, SIDE, 3), np.uint8)


def test_registry_names_every_descriptor():
    assert set(registry()) == {*NAMES}
    assert {name for name, cls in registry().items() if cls.needs_flow} == {"motion"}


@pytest.mark.parametrize("name", NAMES)
def test_batch_size_changes_nothing(name, noise_frames):
    flows = np.random.default_rng(2).normal(size=(7, SIDE, SIDE, 2)).astype(np.float32)
    one = described(registry()[name](), noise_frames, flows=flows, size=7)
    many = described(registry()[name](), noise_frames, flows=flows, size=2)
    assert len(one) == 7
    np.testing.assert_array_equal(one, many)
    assert np.isfinite(one).all()


@pytest.mark.parametrize("name", NAMES)
def test_no_frame_is_an_error(name):
    with pytest.raises(InvalidValue, match="at least one frame"):
        registry()[name]().finish()


def test_histogram_bins_follow_colorsys():
    colours = [(200, 30, 60), (10, 250, 90), (0, 0, 0), (255, 255, 255)]
    frames = np.array([np.full((SIDE, SIDE, 3), colour) for colour in colours], np.uint8)
    rows = np.stack([histogram(frame) for frame in frames])
    assert rows.shape == (4, 768)
    for row, colour in zip(rows, colours, strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
        wanted = (hue * 256, saturation * 255, value * 255)
        for third, bin_wanted in zip(np.split(row, 3), wanted, strict=True):
            assert third.sum() == pytest.approx(1)
            assert abs(int(third.argmax()) - bin_wanted) <= 2


def test_histogram_counts_pixels(noise_frames):
    row = histogram(noise_frames[0])
    hsv = cv2.cvtColor(noise_frames[0], cv2.COLOR_RGB2HSV)
    for channel, third in zip((1, 2), (row[256:512], row[512:]), strict=True):
        counted = np.bincount(hsv[..., channel].ravel(), minlength=256) / SIDE**2
        np.testing.assert_allclose(third, counted, rtol=1e-6)


def test_histograms_are_compared_with_those_of_the_fifty_frames_so_far():
    frames = np.random.default_rng(4).integers(0, 256, (60, 16, 16, 3), np.uint8)
    found = described(Histogram(), frames, size=7)
    assert found.shape == (60, 50)
    for lag in (0, 1, 6, 49):
        for t in (0, 1, 30, 59):
            wanted = histogram(frames[t]) @ histogram(frames[t - lag]) if t >= lag else 0
            assert found[t, lag] == pytest.approx(wanted, rel=1e-5)


def test_motion_of_a_pan_is_zero_and_of_an_actor_is_its_share():
    pan = np.broadcast_to(np.float32([7, -2]), (2, SIDE, SIDE, 2)).copy()
    pan[1, :56, :112] += np.float32([3, 4])  # an actor on 1/8 of the frame, 5 px of its own
    motion = described(Motion(), np.zeros((2, SIDE, SIDE, 3), np.uint8), flows=pan)
    np.testing.assert_allclose(motion, [0, 5 / 8], atol=1e-6)


def test_motion_of_a_real_pan_vanishes():
    frames = panned(6, 2)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    vectors = flow.calc(frames[0, ..., 0], frames[1, ..., 0], None)
    assert np.median(vectors[..., 0]) == pytest.approx(-6, abs=0.2)
    motion = described(Motion(), frames[:1], flows=vectors[None])
    assert motion[0] < 0.1 * 6


def test_motion_without_flow_is_an_error(noise_frames):
    with pytest.raises(InvalidValue, match="optical flow"):
        described(Motion(), noise_frames[:1])


def test_quality_of_known_frames():
    black = np.zeros((SIDE, SIDE, 3), np.uint8)
    halves = black.copy()
    halves[:, SIDE // 2 :] = 255
    red = black.copy()
    red[..., 0] = 255
    rows = described(Quality(), np.stack([black, halves, red]))
    np.testing.assert_allclose(rows[0], 0, atol=1e-6)
    assert rows[1, 0] == pytest.approx(0.5, abs=1e-3)  # half 0, half 1
    assert rows[1, 1] == pytest.approx(0, abs=1e-6)
    assert rows[2, 1] == pytest.approx(0.3 * np.hypot(1, 0.5))  # no spread, mean (1, 1/2)
    assert rows[2, 0] == pytest.approx(0, abs=1e-6)


def test_quality_by_numpy():
    """Noise of 128 x 128: blocks of 2 x 2 are the small copy."""
    frame = np.random.default_rng(8).integers(0, 256, (128, 128, 3), np.uint8)
    frame[..., 2] //= 2
    contrast, colourfulness, _ = described(Quality(), frame[None])[0]
    luma = (frame @ [0.299, 0.587, 0.114]) / 255
    assert contrast == pytest.approx(_blocks(luma).std(), rel=0.01)
    red, green, blue = np.moveaxis(np.round(_blocks(frame)) / 255, -1, 0)
    rg, yb = red - green, 0.5 * (red + green) - blue  # Hasler and Suesstrunk, equation 1
    spread, mean = np.hypot(rg.std(), yb.std()), np.hypot(rg.mean(), yb.mean())
    assert colourfulness == pytest.approx(spread + 0.3 * mean, rel=0.01)


def _blocks(image):
    """The mean of each 2 x 2 pixels."""
    return image.reshape(64, 2, 64, 2, *image.shape[2:]).mean(axis=(1, 3))


def test_sharpness_falls_with_blur(noise_frames):
    frames = [cv2.GaussianBlur(noise_frames[0], (0, 0), s) for s in (0.5, 1, 2, 4)]
    sharpness = described(Quality(), np.stack(frames))[:, 2]
    assert (np.diff(sharpness) < 0).all()


def test_sharpness_is_the_mean_local_deviation(noise_frames):
    luma = cv2.cvtColor(noise_frames[0], cv2.COLOR_RGB2GRAY).astype(float) / 255
    patches = np.lib.stride_tricks.sliding_window_view(luma, (5, 5))
    inner = patches.std(axis=(2, 3)).mean()
    assert described(Quality(), noise_frames[:1])[0, 2] == pytest.approx(inner, rel=0.01)


@pytest.mark.parametrize(("pixels", "fps"), [(2.0, 25.0), (5.0, 50.0)])
def test_tracks_measure_a_pan_in_sides_per_second(pixels, fps):
    motion = described(Tracks(), panned(pixels, 14), fps=fps)
    assert motion.shape == (14,)
    np.testing.assert_allclose(motion, pixels * fps / SIDE, rtol=0.05)


def test_tracks_follow_a_change_of_speed_block_by_block():
    slow, fast = panned(1, 6), panned(8, 6)
    motion = described(Tracks(), np.concatenate([slow, fast[1:]]))
    np.testing.assert_allclose(motion[:5], 25 / SIDE, rtol=0.1)
    np.testing.assert_allclose(motion[5:], (40 - 5) / 5 * 25 / SIDE, rtol=0.1)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_tracks_without_corners_are_zero(level):
    frames = np.full((8, SIDE, SIDE, 3), level, np.uint8)
    np.testing.assert_array_equal(described(Tracks(), frames), np.zeros(8))


def test_tracks_of_one_frame_are_zero(noise_frames):
    np.testing.assert_array_equal(described(Tracks(), noise_frames[:1]), [0])


def test_displacement_is_the_mean_of_each_points_norm():
    frames = panned(3, 3)[..., 0]
    assert len(corners(frames[0])) > 50
    assert displacement(list(frames)) == pytest.approx(6, rel=0.02)


def test_displacement_of_a_scene_that_moves_in_part():
    """The lower part stands still: the mean is the share of corners above, times their way."""
    frames = panned(4, 4)[..., 0].copy()
    frames[:, 130:] = frames[0, 130:]
    found = corners(frames[0])
    clear = np.abs(found[:, 1] - 130) > 20  # beyond the windows that straddle the edge
    assert clear.sum() > 60
    way_P = np.where(found[:, 1] < 130, 12, 0)
    assert displacement(list(frames)) == pytest.approx(way_P.mean(), rel=0.1)


def test_corners_are_the_strongest_hundred():
    noise = np.random.default_rng(3).integers(0, 256, (SIDE, SIDE), np.uint8)
    assert corners(noise).shape == (100, 2)
    assert corners(np.zeros((SIDE, SIDE), np.uint8)).shape == (0, 2)

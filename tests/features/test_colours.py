"""The coarse colour histograms against colorsys and a count by hand."""

import colorsys

import cv2
import numpy as np
import pytest

from model.features.descriptors.colours import Colours
from model.features.types import FrameBatch
from model.methods.vsumm1 import hues

SIDE = 224


def described(descriptor, frames_THWC):
    descriptor.update(FrameBatch(0, np.arange(len(frames_THWC)) / 25, frames_THWC))
    return descriptor.finish()


@pytest.mark.parametrize(
    "rgb", [(200, 30, 60), (10, 250, 90), (40, 60, 200), (0, 0, 0), (255,) * 3]
)
def test_a_plain_frame_fills_the_bin_of_its_colour(rgb):
    frames = np.full((1, SIDE, SIDE, 3), rgb, np.uint8)
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in rgb))
    h, s, v = int(hue * 16), min(3, int(saturation * 4)), min(3, int(value * 4))
    (colours,) = described(Colours(), frames)
    assert colours[16 * h + 4 * s + v] == 1
    assert colours.sum() == 1


def test_without_saturation_and_value_hues_are_left():
    frames = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE, 3), np.uint8)
    found = hues(described(Colours(), frames))
    hue = cv2.cvtColor(frames[1], cv2.COLOR_RGB2HSV)[..., 0].astype(int)
    counted = np.bincount((hue * 16 // 180).ravel(), minlength=16) / SIDE**2
    np.testing.assert_allclose(found[1], counted, atol=1e-6)

"""What makes a frame good to look at: contrast, colourfulness, sharpness."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch

SMALL = 64  # pixels: contrast and colour are judged on a small copy, away from noise
PATCH = 5  # pixels: neighbourhood of the local standard deviation


class Quality(RowDescriptor):
    """(T, 3) float64, pixel values in [0, 1]: contrast, colourfulness, sharpness (Superframes).

    Contrast is the standard deviation of 64 x 64 luma, colourfulness the measure of Hasler and
    Suesstrunk (2003), sharpness the mean standard deviation of luma in 5 x 5 patches.
    """

    name: ClassVar[str] = "quality"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.float64]:
        """Shape (N, 3)."""
        return np.array([_quality(frame) for frame in batch.frames_NHWC], np.float64)


def _quality(frame_HWC: NDArray[np.uint8]) -> tuple[float, float, float]:
    luma_HW = cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2GRAY) / np.float32(255)
    small_HWC = cv2.resize(frame_HWC, (SMALL, SMALL), interpolation=cv2.INTER_AREA) / 255
    contrast = float(cv2.resize(luma_HW, (SMALL, SMALL), interpolation=cv2.INTER_AREA).std())
    return contrast, _colourfulness(small_HWC), _sharpness(luma_HW)


def _colourfulness(frame_HWC: NDArray[np.float64]) -> float:
    red, green, blue = np.moveaxis(frame_HWC, -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


def _sharpness(luma_HW: NDArray[np.float32]) -> float:
    mean_HW = cv2.blur(luma_HW, (PATCH, PATCH))
    variance_HW = cv2.blur(luma_HW * luma_HW, (PATCH, PATCH)) - mean_HW * mean_HW
    return float(np.sqrt(np.maximum(variance_HW, 0)).mean())

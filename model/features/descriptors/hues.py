"""The hue histogram of each frame, as VSUMM describes frames."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch

BINS = 16
RANGE = (0, 180)  # OpenCV stores 8-bit hue in units of two degrees


class Hues(RowDescriptor):
    """(T, 16) float32: the share of pixels in each sixteenth of the circle of hues (VSUMM).

    Each row sums to 1. Grey pixels have hue 0.
    """

    name: ClassVar[str] = "hues"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.float32]:
        """Shape (N, 16)."""
        return np.stack([_hues(frame_HWC) for frame_HWC in batch.frames_NHWC])


def _hues(frame_HWC: NDArray[np.uint8]) -> NDArray[np.float32]:
    hsv_HWC = cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv_HWC], [0], None, [BINS], RANGE)
    return np.asarray(counts, np.float32).ravel() / np.float32(hsv_HWC[..., 0].size)

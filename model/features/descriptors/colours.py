"""A joint colour histogram of each frame, coarse enough to keep for every frame of a clip."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch

BINS = (16, 4, 4)
RANGES = (0, 180, 0, 256, 0, 256)  # OpenCV stores 8-bit hue in units of two degrees


class Colours(RowDescriptor):
    """(T, 256) float32: 16 hues x 4 saturations x 4 values, each row summing to 1 (KTS, DT,
    STIMO; VSUMM by hue alone).

    Bin (h, s, v) is column 16 h + 4 s + v. Grey pixels have hue 0.
    """

    name: ClassVar[str] = "colours"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.float32]:
        """Shape (N, 256)."""
        return np.stack([_colours(frame_HWC) for frame_HWC in batch.frames_NHWC])


def _colours(frame_HWC: NDArray[np.uint8]) -> NDArray[np.float32]:
    hsv_HWC = cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2HSV)
    counts = cv2.calcHist([hsv_HWC], [0, 1, 2], None, BINS, RANGES)
    return np.asarray(counts, np.float32).ravel() / np.float32(hsv_HWC[..., 0].size)

"""Colour histograms: hue, saturation and value, 256 bins each."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch

BINS = 256
RANGES = ((0, 180), (0, 256), (0, 256))  # OpenCV stores 8-bit hue in units of two degrees


class Histogram(RowDescriptor):
    """(T, 768) float32: H, S and V histograms side by side, each summing to 1 (RankTracing)."""

    name: ClassVar[str] = "histogram"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.float32]:
        """Shape (N, 768)."""
        return np.stack([_histogram(frame) for frame in batch.frames_NHWC])


def _histogram(frame_HWC: NDArray[np.uint8]) -> NDArray[np.float32]:
    hsv_HWC = cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2HSV)
    counts = [
        cv2.calcHist([hsv_HWC], [channel], None, [BINS], span).ravel()
        for channel, span in enumerate(RANGES)
    ]
    return np.concatenate(counts) / np.float32(hsv_HWC.shape[0] * hsv_HWC.shape[1])

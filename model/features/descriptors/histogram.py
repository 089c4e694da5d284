"""Colour histograms: hue, saturation and value, 256 bins each."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import HISTOGRAM_REACH, FrameBatch

BINS = 256
RANGES = ((0, 180), (0, 256), (0, 256))  # OpenCV stores 8-bit hue in units of two degrees


class Histogram(RowDescriptor):
    """(T, 50) float64: how alike the colours of close frames are (RankTracing).

    Column `lag` is the inner product of a frame's histograms with those of the frame `lag` before,
    0 where there is none. The histograms themselves would take 15 times the memory, and the rank
    of a window follows from their products.
    """

    name: ClassVar[str] = "histogram"
    needs_flow: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._past_PD = np.zeros((HISTOGRAM_REACH - 1, len(RANGES) * BINS))

    def rows(self, batch: FrameBatch) -> NDArray[np.float64]:
        """Shape (N, 50)."""
        new_ND = np.stack([histogram(frame) for frame in batch.frames_NHWC]).astype(np.float64)
        N, P = len(new_ND), len(self._past_PD)
        all_RD = np.concatenate([self._past_PD, new_ND])
        self._past_PD = all_RD[N:]
        products = [
            np.einsum("nd,nd->n", new_ND, all_RD[P - lag : P - lag + N]) for lag in range(P + 1)
        ]
        return np.stack(products, axis=1)


def histogram(frame_HWC: NDArray[np.uint8]) -> NDArray[np.float32]:
    """H, S and V histograms of an RGB frame side by side, shape (768,), each summing to 1."""
    hsv_HWC = cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2HSV)
    counts = [
        cv2.calcHist([hsv_HWC], [channel], None, [BINS], span).ravel()
        for channel, span in enumerate(RANGES)
    ]
    return np.concatenate(counts) / np.float32(hsv_HWC.shape[0] * hsv_HWC.shape[1])

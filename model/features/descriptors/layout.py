"""A thumbnail of each frame: which colours are where, coarsely."""

from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch

CELLS = 8


class Layout(RowDescriptor):
    """(T, 192) uint8: mean red, green and blue of 8 x 8 cells, row by row (delta).

    With it, frames any time apart can be compared. Bytes, as clips may have many frames.
    """

    name: ClassVar[str] = "layout"
    needs_flow: ClassVar[bool] = False

    def rows(self, batch: FrameBatch) -> NDArray[np.uint8]:
        """Shape (N, 192)."""
        size = (CELLS, CELLS)
        cells = [
            cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in batch.frames_NHWC
        ]
        return np.stack(cells).reshape(len(cells), -1)

"""PySceneDetect's content value: the change of hue, saturation and value between frames."""

from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.descriptors.base import RowDescriptor
from model.features.types import FrameBatch


class Content(RowDescriptor):
    """(T,) float64: the frame score of PySceneDetect's ContentDetector, 0 to 255 (scenes).

    The mean over pixels and over hue, saturation and value of the absolute difference from the
    frame before, hue in units of two degrees; 0 for the first frame. The library's own detector
    computes it, fed with the frames of the pass.
    """

    name: ClassVar[str] = "content"
    needs_flow: ClassVar[bool] = False

    def __init__(self) -> None:
        from scenedetect.detectors import ContentDetector  # takes half a second to load

        super().__init__()
        self._detector: Any = ContentDetector()

    def rows(self, batch: FrameBatch) -> NDArray[np.float64]:
        """Shape (N,)."""
        scores = []
        for number, frame_HWC in enumerate(batch.frames_NHWC, batch.start):
            self._detector.process_frame(number, cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2BGR))
            scores.append(self._detector._frame_score)
        return np.array(scores, np.float64)

"""Motion of tracked corners, as Superframes measures it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.features.types import Descriptor, FrameBatch

BLOCK = 5  # frame intervals that a track spans
MOST, FEWEST = 100, 5  # corners followed; below the fewest nothing is known and motion is 0
WINDOW = (15, 15)  # pixels that Lucas-Kanade compares, on each level of its pyramid
ENOUGH = 95  # corners below which FAST is tried again with a lower threshold
THRESHOLDS = (51, 10, 2)  # a contrast of 0.2, divided by 5 at each retry

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]


class Tracks(Descriptor):
    """(T,) float64: mean displacement of KLT tracks, in frame sides per second.

    Gygli et al. (ECCV 2014): FAST corners followed by pyramidal Lucas-Kanade over blocks of five
    intervals, forwards and backwards, averaged; every frame of a block has the block's value and
    the last frame repeats it. Corners are found anew for each block, which keeps six grey frames
    in memory; real times replace frames / fps, which keeps variable frame rates right.
    """

    name: ClassVar[str] = "tracks"
    needs_flow: ClassVar[bool] = False

    def __init__(self) -> None:
        self._greys: list[Grey] = []
        self._times: list[float] = []
        self._motion: list[float] = []

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order."""
        for frame_HWC, time_s in zip(batch.frames_NHWC, batch.times_N, strict=True):
            self._greys.append(cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2GRAY))
            self._times.append(float(time_s))
            if len(self._greys) > BLOCK:
                self._close_block()

    def finish(self) -> NDArray[np.float64]:
        """Shape (T,). Raises InvalidValue when no frame was given."""
        if not self._greys:
            raise InvalidValue("tracks: wanted at least one frame, got none")
        if len(self._greys) > 1:
            self._close_block()
        return np.array([*self._motion, self._motion[-1] if self._motion else 0.0])

    def _close_block(self) -> None:
        height, width = self._greys[0].shape
        pixels = (displacement(self._greys) + displacement(self._greys[::-1])) / 2
        speed = pixels / np.sqrt(height * width) / (self._times[-1] - self._times[0])
        self._motion += [float(speed)] * (len(self._greys) - 1)
        self._greys, self._times = self._greys[-1:], self._times[-1:]


def corners(grey_HW: Grey) -> Points:
    """The strongest FAST corners, shape (P, 2) as x and y, at most 100, at weak contrast too."""
    found: Sequence[cv2.KeyPoint] = ()
    for threshold in THRESHOLDS:
        found = cv2.FastFeatureDetector.create(threshold).detect(grey_HW)
        if len(found) >= ENOUGH:
            break
    strongest = sorted(found, key=lambda point: -point.response)[:MOST]
    return np.array([point.pt for point in strongest], np.float32).reshape(-1, 2)


def displacement(greys: list[Grey]) -> float:
    """Mean distance (pixels) that corners of the first frame travel to the last; 0 below 5 tracks.

    The mean of each point's own norm, not a norm of the whole point matrix.
    """
    start_P2 = here_P2 = corners(greys[0])
    for previous_HW, next_HW in pairwise(greys):
        if len(here_P2) < FEWEST:
            return 0.0
        next_P2 = np.empty_like(here_P2)
        _, status_P1, _ = cv2.calcOpticalFlowPyrLK(
            previous_HW, next_HW, here_P2, next_P2, winSize=WINDOW
        )
        alive_P = np.ravel(status_P1) == 1
        start_P2, here_P2 = start_P2[alive_P], next_P2[alive_P]
    if len(here_P2) < FEWEST:
        return 0.0
    return float(np.linalg.norm(here_P2 - start_P2, axis=1).mean())

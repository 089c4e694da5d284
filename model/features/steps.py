"""Which decoded frames are steps, and their images: one rule, for training and for use."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.types import Floats, Indices


class StepClock:
    """Picks the first frame at or after each tick of `rate` per second; 0 means every frame."""

    def __init__(self, rate: float) -> None:
        self._rate, self._tick = rate, -1

    def pick(self, times_N: Floats) -> Indices:
        """Places of the steps among the next frames, whose times (s) are given in order."""
        if not self._rate:
            return np.arange(len(times_N))
        number_N = np.floor(times_N * self._rate + 1e-6).astype(np.int64)
        fresh_N = np.diff(np.concatenate([[self._tick], number_N])) > 0
        self._tick = int(number_N[-1])
        return np.flatnonzero(fresh_N)


def shrink(images_NHWC: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Images resized to `size` x `size` by area."""
    if images_NHWC.shape[1] == size:
        return images_NHWC
    resized = [cv2.resize(im, (size, size), interpolation=cv2.INTER_AREA) for im in images_NHWC]
    return np.stack(resized).astype(np.uint8)

"""Cubes of Vanilla ARCH: a keyframe and five resampling frames, whoever chose the keyframes.

Shape legend: T frames, K keyframes, D = 6 frames of a cube, H W C pixels. What is known of ARCH is
that a time step is one keyframe and five resampling frames; where those lie is a reconstruction:
evenly up to the next keyframe, which adapts to the speed and the duration of an action.
"""

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.types import Indices

DEPTH = 6


def cube_indices(index_K: Indices, T: int) -> NDArray[np.int64]:
    """Frames of each cube, (K, 6), of sorted keyframes in a clip of T frames.

    The keyframe, then five frames evenly spaced before the next one (the last: before the end);
    frames repeat where there are fewer. Raises InvalidValue unless 0 <= k_1 < k_2 < ... < T.
    """
    bounds = np.append(np.asarray(index_K, np.int64), T)
    if len(bounds) < 2 or bounds[0] < 0 or (np.diff(bounds) <= 0).any():
        raise InvalidValue(f"wanted increasing keyframes of {T} frames, got {bounds[:-1].tolist()}")
    return bounds[:-1, None] + np.arange(DEPTH) * np.diff(bounds)[:, None] // DEPTH


def cubes(frames_THWC: NDArray[np.uint8], index_K: Indices) -> NDArray[np.uint8]:
    """The frames of each cube, (K, 6, H, W, C)."""
    return frames_THWC[cube_indices(index_K, len(frames_THWC))]

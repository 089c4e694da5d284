"""The delta rule: open where a frame has moved by a threshold since the last opening.

`distance(held, first, end)` gives how far frames first to end - 1 are from frame `held`.
"""

from collections.abc import Callable

import numpy as np

from model.types import Floats, Indices

Distance = Callable[[int, int, int], Floats]

BISECTIONS = 50
BLOCK, LARGEST_BLOCK = 32, 4096  # frames compared at once; doubled while nothing opens


def openings(distance: Distance, T: int, threshold: float, most: int | None = None) -> Indices:
    """Frame 0, then each first frame that is more than `threshold` from the last opening.

    Ends after `most` + 1 of them, where that is enough to know.
    """
    held, chosen, first, size = 0, [0], 1, BLOCK
    while first < T and (most is None or len(chosen) <= most):
        end = min(T, first + size)
        beyond = distance(held, first, end) > threshold
        if beyond.any():
            held = first + int(beyond.argmax())
            chosen.append(held)
            first, size = held + 1, BLOCK
        else:
            first, size = end, min(2 * size, LARGEST_BLOCK)
    return np.array(chosen, np.int64)


def at_most(distance: Distance, T: int, K: int, top: float) -> Indices:
    """The threshold bisected between 0 and `top` for at most K openings, as many as it gives.

    Nothing may be further than `top` apart. Where frames tie, or a little less threshold opens
    several frames more, there are fewer than K.
    """
    low, high, chosen = 0.0, top, np.zeros(1, np.int64)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        tried = openings(distance, T, middle, K)
        if len(tried) > K:
            low = middle
        else:
            high = middle
            chosen = tried if len(tried) >= len(chosen) else chosen
    return chosen

"""The frame budget: what a method chooses when it may keep one frame, two, and so on."""

from collections.abc import Callable

from model.features.types import Features
from model.types import Keyframes

MOST = 16  # keyframes
LONGEST = 3000  # frames: of longer clips one answer alone may take a second

Run = Callable[[Features, int], Keyframes]


def answers(run: Run, features: Features) -> tuple[Keyframes, ...]:
    """The answers of `run` to exactly 1, 2, ... keyframes, `MOST` at most: entry k - 1 holds k.

    None for a clip of more than `LONGEST` frames.
    """
    if features.T > LONGEST:
        return ()
    found = [run(features, k) for k in range(1, min(MOST, features.T) + 1)]
    return tuple(Keyframes(a.method, a.index_K, a.time_K, a.score_K) for a in found)

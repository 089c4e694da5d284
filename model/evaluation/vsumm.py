"""The comparison of user summaries of VSUMM (de Avila et al., 2011), as its authors' program does.

Keyframes are compared by hue alone. Shape legend: H W pixels, U frames of a user, K keyframes;
B = 16 bins of hue. Histograms are counts of pixels, so that the threshold is met exactly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidValue
from model.types import Indices

BINS = 16
ALIKE = 0.5  # below it, and not at it, two frames match


@dataclass(frozen=True)
class Agreement:
    """How keyframes agree with a user's, or the mean over users or videos.

    `cus_a` is matches / user's frames, which is recall too; `cus_e` unmatched keyframes / user's
    frames; `precision` matches / keyframes; `f` the harmonic mean of precision and recall.
    """

    cus_a: float
    cus_e: float
    precision: float
    f: float

    @classmethod
    def of(cls, matches: int, U: int, K: int) -> Self:
        """Of this many matches of U frames with K keyframes. Raises InvalidValue for none."""
        if U < 1 or K < 1:
            raise InvalidValue(f"wanted keyframes of both, got {U} and {K}")
        recall, precision = matches / U, matches / K
        f = precision * recall / (0.5 * (precision + recall)) if matches else 0.0
        return cls(recall, (K - matches) / U, precision, f)

    @classmethod
    def mean(cls, all_of: Iterable["Agreement"]) -> Self:
        """The mean of each figure: F too is a mean, not the harmonic one of means."""
        return cls(*np.mean([astuple(one) for one in all_of], axis=0).tolist())

    def to_json(self) -> dict[str, Any]:
        """The five figures under their usual names."""
        return {
            "CUS_A": self.cus_a,
            "CUS_E": self.cus_e,
            "P": self.precision,
            "R": self.cus_a,
            "F": self.f,
        }


def hues(rgb_HW3: NDArray[np.uint8]) -> Indices:
    """The hue histogram of a picture, (B,): pixels in each bin.

    A pixel's hue is cut to whole degrees towards 0, turned into 0 to 359, scaled to h 255 // 360
    and put into bin // 16. Grey pixels have hue 0. All in whole numbers, so nothing is rounded.
    """
    red, green, blue = np.moveaxis(rgb_HW3.astype(np.int32), -1, 0)
    most = np.maximum(np.maximum(red, green), blue)
    span = most - np.minimum(np.minimum(red, green), blue)
    by_red, by_green = most == red, most == green
    sector = np.where(by_red, 0, np.where(by_green, 120, 240))
    rest = np.where(by_red, green - blue, np.where(by_green, blue - red, red - green))
    scaled = 60 * rest + sector * span
    degrees = np.sign(scaled) * (np.abs(scaled) // np.maximum(span, 1))
    bins = np.where(degrees < 0, degrees + 360, degrees) * 255 // 360 // BINS
    return np.bincount(bins.ravel(), minlength=BINS).astype(np.int64)


def alike(a_B: Indices, b_B: Indices) -> bool:
    """Whether the absolute differences of two hue histograms, each of sum 1, add up to less than
    `ALIKE`."""
    a, b = int(a_B.sum()), int(b_B.sum())
    return int(np.abs(a_B * b - b_B * a).sum()) < ALIKE * a * b


def matches(user_UB: Sequence[Indices], keyframes_KB: Sequence[Indices]) -> int:
    """How many of the user's frames find a keyframe, each keyframe once.

    Greedy, in order: a frame takes the first free keyframe that is alike, not the best one.
    """
    free = list(keyframes_KB)
    found = 0
    for frame_B in user_UB:
        place = next((n for n, other_B in enumerate(free) if alike(frame_B, other_B)), None)
        if place is not None:
            del free[place]
            found += 1
    return found


def agreement(users: Sequence[Sequence[Indices]], keyframes_KB: Sequence[Indices]) -> Agreement:
    """The mean over users of how the keyframes agree with each one's. Raises InvalidValue."""
    K = len(keyframes_KB)
    return Agreement.mean(
        Agreement.of(matches(user_UB, keyframes_KB), len(user_UB), K) for user_UB in users
    )


def among(users: Sequence[Sequence[Indices]]) -> Agreement:
    """How each user's keyframes agree with those of the others, on average: what a person reaches.

    Raises InvalidValue for a single user.
    """
    if len(users) < 2:
        raise InvalidValue(f"wanted users to compare, got {len(users)}")
    return Agreement.mean(
        agreement([*users[:n], *users[n + 1 :]], user_UB) for n, user_UB in enumerate(users)
    )

"""What the one pass over a clip hands to every method.

Shape legend: T decoded frames, N frames of one batch, H = W = 224, C = 3, S steps.
Of shots: S steps kept, M of them, K keyframes, H W pixels of the size that was asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from model.types import Floats, FrameScores, Indices, Keyframes

MOST_SHOTS = 256
HISTOGRAM_REACH = 50  # frames whose colours are compared: the longest window of RankTracing

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class FrameBatch:
    """Consecutive decoded frames, first at decoded index `start`.

    `frames_NHWC` is RGB uint8, 224 x 224. `flows_NHW2` is in pixels of that 224 grid, from each
    frame to the next, the clip's last frame repeating the flow before it; None when nobody asked.
    `key_N` tells which frames the codec stored whole; None when nobody knows.
    """

    start: int
    times_N: Floats
    frames_NHWC: NDArray[np.uint8]
    flows_NHW2: NDArray[np.float32] | None = None
    key_N: NDArray[np.bool_] | None = None


class Descriptor(Protocol):
    """A per-frame measurement, computed batch by batch with bounded memory."""

    name: ClassVar[str]
    needs_flow: ClassVar[bool]

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order."""

    def finish(self) -> NDArray[Any]:
        """One row per decoded frame: shape (T,) or (T, width)."""


class Gate(Protocol):
    """The attention model's answer for one clip, re-runnable under other terms (no torch here).

    `priced` tells whether the gate weighs a price of opening: the literal reading does not.
    """

    priced: bool

    def scores(self, threshold: float = 0.5, price: float = 1.0) -> FrameScores:
        """The recursion, run with the gate at `threshold`: what opens changes what follows.

        `price` multiplies the cost of opening that the gate was trained to weigh: above 1 fewer
        gates open, below 1 more. Ignored where the gate is not `priced`.
        """


@dataclass(frozen=True)
class Features:
    """All that methods may read: times, the descriptors they asked for, and the gate, if any."""

    times_T: Floats
    descriptors: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    gate: Gate | None = None

    @property
    def T(self) -> int:
        """Number of decoded frames."""
        return len(self.times_T)

    @property
    def fps(self) -> float:
        """Frames per second from the median interval; 25 for a single frame."""
        return float(1 / np.median(np.diff(self.times_T))) if self.T > 1 else 25.0


@dataclass(frozen=True)
class Shots:
    """Square RGB frames, and flow images (u, v, |flow|) where wanted, of S steps of one clip.

    `index_S` are decoded-frame indices, `time_S` their seconds; every `stride`-th step of the clip
    is kept: above 1 it was too long to keep all. `selected` are the keyframes by which a recogniser
    that was trained on a method's cuts the clip, None where nobody asked the method.
    """

    index_S: Indices
    time_S: Floats
    rgb_SHWC: Images
    flow_SHWC: Images | None = None
    stride: int = 1
    selected: Keyframes | None = None

    def __len__(self) -> int:
        return len(self.index_S)

    def nearest(self, index_K: Indices) -> Indices:
        """The step nearest to each keyframe, in decoded frames (of two as near the earlier):
        sorted, each once, so that there may be fewer than K."""
        return nearest(index_K, self.index_S)

    def at(self, step_M: Indices) -> "Shots":
        """These steps alone."""
        return replace(
            self,
            index_S=self.index_S[step_M],
            time_S=self.time_S[step_M],
            rgb_SHWC=self.rgb_SHWC[step_M],
            flow_SHWC=None if self.flow_SHWC is None else self.flow_SHWC[step_M],
        )

    def thinned(self, most: int) -> "Shots":
        """At most `most` steps: the middles of equal parts, as training thins its clips."""
        S = len(self)
        return self if most >= S else self.at((2 * np.arange(most) + 1) * S // (2 * most))


def nearest(index_K: Indices, index_S: Indices) -> Indices:
    """The places in `index_S` that are nearest to each keyframe; as `Shots.nearest`."""
    distance_KS = np.abs(np.asarray(index_K)[:, None] - index_S)
    return np.unique(distance_KS.argmin(1))

"""Optical flow between neighbouring frames, on the square grid of `decode.py`.

Flow is in pixels of that grid, (u, v) = (right, down), from a frame to the next.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidParameter
from model.features.types import FrameBatch

Gray = NDArray[np.uint8]
Flow = NDArray[np.float32]


def _dis() -> Callable[[Gray, Gray], Any]:
    """Dense inverse search (Kroeger et al., ECCV 2016), medium preset: fast, the default."""
    solver: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return lambda previous_HW, next_HW: solver.calc(previous_HW, next_HW, None)


def _tvl1() -> Callable[[Gray, Gray], Any]:
    """TV-L1 (Zach et al., DAGM 2007), the paper's choice, with OpenCV's default parameters."""
    solver: Any = cv2.optflow.DualTVL1OpticalFlow.create()
    return lambda previous_HW, next_HW: solver.calc(previous_HW, next_HW, None)


def _farneback() -> Callable[[Gray, Gray], Any]:
    """Polynomial expansion (Farneback, SCIA 2003)."""

    def solve(previous_HW: Gray, next_HW: Gray) -> Any:
        flow_HW2 = np.zeros((*previous_HW.shape, 2), np.float32)
        return cv2.calcOpticalFlowFarneback(
            previous_HW, next_HW, flow_HW2, 0.5, 3, 15, 3, 5, 1.2, 0
        )

    return solve


DEFAULT_FLOW = "dis"
ALGORITHMS = {"dis": _dis, "tvl1": _tvl1, "farneback": _farneback}


@dataclass(frozen=True)
class FlowAlgorithm:
    """A named flow solver: `(previous_HW, next_HW)` gray uint8 to `flow_HW2` float32."""

    name: str
    solve: Callable[[Gray, Gray], Any] = field(repr=False)

    def __call__(self, previous_HW: Gray, next_HW: Gray) -> Flow:
        """Displacement of each pixel of the previous frame, in pixels."""
        return np.asarray(self.solve(previous_HW, next_HW), np.float32)


def make_flow(name: str) -> FlowAlgorithm:
    """The algorithm `dis`, `tvl1` or `farneback`; raises InvalidParameter for another name."""
    if name not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise InvalidParameter(f"flow: wanted one of {known}, got {name!r}", "", "/flow")
    return FlowAlgorithm(name, ALGORITHMS[name]())


def quantise_flow(flow_HW2: Flow, bound: float = 20.0) -> NDArray[np.uint8]:
    """The flow image (H, W, 3): u, v and |flow|, each round(255 (clip(x, -B, B) + B) / 2B).

    As in denseflow's `common.cpp` with bound B in pixels; zero flow becomes 128 in every channel.
    Accepts leading axes.
    """
    magnitude: Flow = np.linalg.norm(flow_HW2, axis=-1, keepdims=True)
    flow_HW3 = np.concatenate([flow_HW2, magnitude], axis=-1)
    scaled: Flow = 255 * (np.clip(flow_HW3, -bound, bound) + bound) / (2 * bound)
    rounded: NDArray[np.uint8] = np.floor(scaled + 0.5).astype(
        np.uint8
    )  # C rounds .5 up, not to even
    return rounded


@dataclass
class FlowAdder:
    """Adds `flows_NHW2` to batches, each batch keeping its place and size.

    A batch waits for the first frame of the next one; the clip's last frame repeats the flow
    before it, and a single frame has zero flow.
    """

    algorithm: FlowAlgorithm

    def __call__(self, batches: Iterable[FrameBatch]) -> Iterator[FrameBatch]:
        """The same batches with flow, one batch behind their source."""
        waiting: FrameBatch | None = None
        last_HW2: Flow | None = None
        for batch in batches:
            if waiting is not None:
                flows_NHW2 = self._flows(waiting, batch.frames_NHWC[0])
                last_HW2 = flows_NHW2[-1]
                yield replace(waiting, flows_NHW2=flows_NHW2)
            waiting = batch
        if waiting is not None:
            yield replace(waiting, flows_NHW2=self._last_flows(waiting, last_HW2))

    def _flows(self, batch: FrameBatch, following_HWC: NDArray[np.uint8] | None) -> Flow:
        frames = list(batch.frames_NHWC)
        if following_HWC is not None:
            frames.append(following_HWC)
        grays = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
        flows_NHW2 = np.empty((len(grays) - 1, *grays[0].shape, 2), np.float32)
        for n, pair in enumerate(itertools.pairwise(grays)):
            flows_NHW2[n] = self.algorithm(*pair)
        return flows_NHW2

    def _last_flows(self, batch: FrameBatch, before_HW2: Flow | None) -> Flow:
        if len(batch.frames_NHWC) > 1:
            flows = self._flows(batch, None)
            return np.concatenate([flows, flows[-1:]])
        if before_HW2 is not None:
            return before_HW2[None]
        return np.zeros((*batch.frames_NHWC.shape[:3], 2), np.float32)

"""The steps of a clip in one decode: frames, and the optical flow of those frames alone.

Shape legend: N steps of one decoded batch, H = W the side of the decoded square.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.features.steps import StepClock
from model.features.types import FrameBatch
from model.types import Floats, Indices
from model.video.decode import open_clip
from model.video.flow import Flow, FlowAlgorithm, make_flow
from model.video.limits import Limits

GRID = 224  # flow is in pixels of this square, whatever the frames' own side
Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class StepBatch:
    """Steps in a row: decoded indices, seconds, RGB uint8 frames, flow to the next decoded frame
    in pixels of the 224 grid."""

    index_N: Indices
    times_N: Floats
    frames_NHWC: NDArray[np.uint8]
    flows_NHW2: Flow


@dataclass(frozen=True)
class Pair:
    """The grey frames between which a step's flow is; None where a clip has one frame alone."""

    here: Frame
    following: Frame | None

    def flow(self, solver: FlowAlgorithm) -> Flow:
        """In pixels of the 224 grid."""
        if self.following is None:
            return np.zeros((*self.here.shape[:2], 2), np.float32)
        return solver(self.here, self.following) * np.float32(GRID / self.here.shape[0])


@dataclass(frozen=True)
class PairBatch:
    """Steps in a row whose flow nobody has computed yet."""

    index_N: Indices
    times_N: Floats
    frames_NHWC: NDArray[np.uint8]
    pairs: Sequence[Pair]


def decoded_steps(
    path: Path, rate: float, flow: str, limits: Limits | None = None, *, side: int = GRID
) -> Iterator[StepBatch]:
    """`decoded_pairs` with the flow of each."""
    solver = make_flow(flow)
    for batch in decoded_pairs(path, rate, limits, side=side):
        flows_NHW2 = np.stack([pair.flow(solver) for pair in batch.pairs])
        yield StepBatch(batch.index_N, batch.times_N, batch.frames_NHWC, flows_NHW2)


def decoded_pairs(
    path: Path, rate: float, limits: Limits | None = None, *, side: int = GRID
) -> Iterator[PairBatch]:
    """The first frame at or after each tick of `rate` per second (0: every frame), in order.

    The flow equals `FlowAdder`'s at these frames: between decoded neighbours, the clip's last
    frame repeating the flow before it. Frames are `side` pixels wide, 224 or more. Raises
    UnreadableVideo or VideoTooLarge, also while iterating.
    """
    clock = StepClock(rate)
    before: Frame | None = None
    with open_clip(path, limits, size=max(side, GRID)) as stream:
        for batch, after in _with_following(stream):
            chosen_N = clock.pick(batch.times_N)
            if len(chosen_N):
                around = _Around(before, batch.frames_NHWC, after)
                yield PairBatch(
                    batch.start + chosen_N,
                    batch.times_N[chosen_N],
                    batch.frames_NHWC[chosen_N],
                    [around.pair(place) for place in chosen_N.tolist()],
                )
            before = batch.frames_NHWC[-1]


def _with_following(
    batches: Iterable[FrameBatch],
) -> Iterator[tuple[FrameBatch, Frame | None]]:
    """Each batch and the first frame of the next one; None at the end."""
    waiting: FrameBatch | None = None
    for batch in batches:
        if waiting is not None:
            yield waiting, batch.frames_NHWC[0]
        waiting = batch
    if waiting is not None:
        yield waiting, None


@dataclass(frozen=True)
class _Around:
    """The frames of a batch, and the ones just before and after it."""

    before: Frame | None
    frames_NHWC: NDArray[np.uint8]
    after: Frame | None

    def pair(self, place: int) -> Pair:
        """The frame at `place` and the next, or the pair before where it is the last."""
        here, following = self.frames_NHWC[place], self._at(place + 1)
        if following is None and (earlier := self._at(place - 1)) is not None:
            here, following = earlier, here
        return Pair(_gray(here), None if following is None else _gray(following))

    def _at(self, place: int) -> Frame | None:
        if place < 0:
            return self.before
        return self.frames_NHWC[place] if place < len(self.frames_NHWC) else self.after


def _gray(frame_HWC: Frame) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(frame_HWC, cv2.COLOR_RGB2GRAY), np.uint8)

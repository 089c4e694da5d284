"""Collects the step images of one clip for a recogniser, in bounded memory.

Shape legend: N frames of a batch, S stored steps, H W C pixels.
"""

import numpy as np

from model.errors import InvalidValue
from model.features.steps import StepClock, shrink
from model.features.types import MOST_SHOTS, FrameBatch, Images, Shots
from model.video.flow import quantise_flow


class ShotCollector:
    """Takes the batches of the one pass over a clip; never holds more than `most` steps.

    When one too many arrives, every second is dropped, and from then on only every second of what
    comes is kept, and so on: what is left is even over the whole clip, whatever its length.
    """

    def __init__(self, rate: float, size: int, *, flow: bool, most: int = MOST_SHOTS) -> None:
        self.needs_flow = flow
        self._clock, self._size, self._most = StepClock(rate), size, most
        self._stride, self._seen = 1, 0
        self._kept: list[tuple[int, float, Images, Images | None]] = []

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order. Raises InvalidValue without the flow that is wanted."""
        chosen = self._clock.pick(batch.times_N)
        number_N = self._seen + np.arange(len(chosen))
        self._seen += len(chosen)
        chosen = chosen[number_N % self._stride == 0]
        if not len(chosen):
            return
        if self.needs_flow and batch.flows_NHW2 is None:
            raise InvalidValue("shots: wanted a batch with optical flow, got none")
        rgb_NHWC = shrink(batch.frames_NHWC[chosen], self._size)
        flow_NHWC = None
        if self.needs_flow and batch.flows_NHW2 is not None:
            flow_NHWC = shrink(quantise_flow(batch.flows_NHW2[chosen]), self._size)
        for n, place in enumerate(chosen.tolist()):
            flow_HWC = None if flow_NHWC is None else flow_NHWC[n].copy()
            time = float(batch.times_N[place])
            self._kept.append((batch.start + place, time, rgb_NHWC[n].copy(), flow_HWC))
        while len(self._kept) > self._most:
            self._kept, self._stride = self._kept[::2], 2 * self._stride

    def finish(self) -> Shots:
        """What was kept. Raises InvalidValue when there was no frame."""
        if not self._kept:
            raise InvalidValue("shots: wanted at least one frame, got none")
        index, time, rgb, flow = zip(*self._kept, strict=True)
        flow_SHWC = np.stack(flow) if self.needs_flow else None
        return Shots(np.array(index), np.array(time), np.stack(rgb), flow_SHWC, self._stride)

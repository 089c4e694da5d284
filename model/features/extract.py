"""The one pass over a clip: each descriptor and the flow at most once, whoever asks for them."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

import numpy as np

from model.errors import InvalidParameter
from model.features.descriptors import registry
from model.features.types import Descriptor, Features, FrameBatch, Gate
from model.types import FrameScores
from model.video.flow import FlowAdder, FlowAlgorithm


class AttentionPass(Protocol):
    """The attention model at work on one clip (`model.networks`, which this file never imports)."""

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, with flow, in order."""

    def partial(self) -> FrameScores | None:
        """The scores of the steps so far, None before the first."""

    def finish(self) -> Gate:
        """The gate of the whole clip."""


class Collector(Protocol):
    """Keeps what a recogniser wants to see of the clip (`model.recognisers.shots`)."""

    needs_flow: bool

    def update(self, batch: FrameBatch) -> None:
        """Take the next batch, in order."""


class Stopwatch:
    """Seconds spent under each label, `seconds`."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def on(self, label: str) -> Iterator[None]:
        """Add the time of the block to `label`."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[label] = self.seconds.get(label, 0.0) + time.perf_counter() - started

    def over(self, label: str, batches: Iterable[FrameBatch]) -> Iterator[FrameBatch]:
        """The same batches, the time that waiting for them takes added to `label`."""
        iterator = iter(batches)
        while True:
            with self.on(label):
                batch = next(iterator, None)
            if batch is None:
                return
            yield batch


def extract(
    batches: Iterable[FrameBatch],
    wanted: Iterable[str],
    attention: AttentionPass | None,
    flow: FlowAlgorithm,
    *,
    shots: Collector | None = None,
    after_batch: Callable[[int], None] = lambda frames_done: None,
    stopwatch: Stopwatch | None = None,
) -> Features:
    """The wanted descriptors of all frames and the gate, in memory that one batch bounds.

    Flow is computed only when a descriptor, the attention model or `shots` needs it; `shots` sees
    the same batches. `after_batch` hears how many frames are done; what it raises ends the pass.
    Raises InvalidParameter for a descriptor that does not exist, and whatever `batches` raises.
    """
    stopwatch = stopwatch or Stopwatch()
    descriptors = {name: _descriptor(name) for name in sorted(set(wanted))}
    batches = stopwatch.over("decode", batches)
    by_descriptors = any(descriptor.needs_flow for descriptor in descriptors.values())
    if attention or by_descriptors or (shots and shots.needs_flow):
        batches = stopwatch.over("flow", FlowAdder(flow)(batches))
    times: list[float] = []
    for batch in batches:
        for name, descriptor in descriptors.items():
            with stopwatch.on(name):
                descriptor.update(batch)
        if attention:
            with stopwatch.on("attention"):
                attention.update(batch)
        if shots:
            with stopwatch.on("recognition"):
                shots.update(batch)
        times += batch.times_N.tolist()
        after_batch(len(times))
    if "flow" in stopwatch.seconds:  # the flow's batches waited for the decoder's
        stopwatch.seconds["flow"] -= stopwatch.seconds["decode"]
    gate: Gate | None = None
    if attention:
        with stopwatch.on("attention"):
            gate = attention.finish()
    rows = {name: descriptor.finish() for name, descriptor in descriptors.items()}
    return Features(np.asarray(times, np.float64), rows, gate)


def _descriptor(name: str) -> Descriptor:
    known = registry()
    if name not in known:
        raise InvalidParameter(
            f"no descriptor {name!r}", f"Known descriptors: {', '.join(sorted(known))}."
        )
    return known[name]()

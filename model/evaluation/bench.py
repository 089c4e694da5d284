"""What each stage of an analysis costs on one clip: wall and CPU seconds, rate, peak memory.

`decode` is a pass of its own, so that nothing runs beside it; the other stages are timed in a
second, streaming pass like that of `model.analyze`, where the decoder works alongside.
`network features` is the attention model at work on the frames, its recursion included; `gate` is
that recursion alone, run again over the finished features as for another threshold.
"""

import platform
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from model.analyze import Attention
from model.cores import cores
from model.features.descriptors import registry
from model.features.representation import COLOURS, quality
from model.features.types import Features, FrameBatch, Gate
from model.methods.base import Method
from model.methods.outside import run as run_method
from model.types import VideoInfo
from model.video import nursery
from model.video.decode import ClipStream, open_clip
from model.video.flow import DEFAULT_FLOW, FlowAdder, make_flow
from model.video.limits import Limits

SCHEMA = "kairoscope/bench@1"


@dataclass(frozen=True)
class Cost:
    """Seconds that a stage took: on the clock (`wall_s`) and of all processors (`cpu_s`)."""

    wall_s: float
    cpu_s: float

    def to_json(self, frames: int) -> dict[str, float]:
        """These seconds and the decoded frames per second of wall time."""
        return {
            "wall_s": self.wall_s,
            "cpu_s": self.cpu_s,
            "frames_per_s": frames / self.wall_s if self.wall_s else 0.0,
        }


@dataclass(frozen=True)
class Bench:
    """The costs of one clip. `total` is the streaming pass and the methods: one analysis.

    `peak_memory_bytes` is the largest resident set of this process and its decoder together.
    """

    info: VideoInfo
    stages: Mapping[str, Cost]
    total: Cost
    peak_memory_bytes: int
    flow: str
    device: str

    def to_json(self) -> dict[str, Any]:
        """The versioned JSON object, schema kairoscope/bench@1."""
        frames = self.info.frames
        return {
            "schema": SCHEMA,
            "video": {
                "sha256": self.info.sha256,
                "frames": frames,
                "width": self.info.width,
                "height": self.info.height,
                "codec": self.info.codec,
            },
            "machine": {"processor": platform.machine(), "cores": cores()},
            "device": self.device,
            "flow": self.flow,
            "stages": {name: cost.to_json(frames) for name, cost in self.stages.items()},
            "total": self.total.to_json(frames),
            "peak_memory_bytes": self.peak_memory_bytes,
        }


def bench(
    path: Path | str,
    methods: Sequence[Method],
    attention: Attention | None,
    *,
    flow: str | None = None,
    steps_per_second: float | None = None,
    limits: Limits | None = None,
) -> Bench:
    """Measure every stage on one clip: all descriptors, the network if given, each method, and the
    quality of what they chose.

    Raises UnreadableVideo, VideoTooLarge, InvalidParameter or PluginFailed.
    """
    flow = flow or (attention.flow if attention else DEFAULT_FLOW)
    meter = _Meter()
    with meter.on("decode"), open_clip(path, limits) as stream:
        for _ in stream:
            pass
    before = _now()
    with open_clip(path, limits) as stream, _PeakMemory(stream.pid) as memory:
        features = _features(stream, meter, flow, attention, steps_per_second)
        for method in methods:
            with meter.on(f"method {method.name}"):
                found = run_method(method, features)
            with meter.on("quality"):
                quality(features.descriptors[COLOURS], found.index_K)
    after = _now()
    return Bench(
        stream.clip.info,
        {name: cost for name, cost in meter.costs().items() if name != "wait"},
        Cost(*(end - start for start, end in zip(before, after, strict=True))),
        memory.peak_bytes,
        flow,
        attention.device if attention else "none",
    )


def _features(
    stream: ClipStream,
    meter: "_Meter",
    flow: str,
    attention: Attention | None,
    steps_per_second: float | None,
) -> Features:
    descriptors = {name: descriptor() for name, descriptor in registry().items()}
    run = attention.begin(steps_per_second) if attention else None
    for batch in meter.over("flow", FlowAdder(make_flow(flow))(meter.over("wait", stream))):
        for name, descriptor in descriptors.items():
            with meter.on(f"descriptor {name}"):
                descriptor.update(batch)
        if run:
            with meter.on("network features"):
                run.update(batch)
    gate: Gate | None = None
    if run:
        with meter.on("network features"):
            gate = run.finish()
        with meter.on("gate"):
            gate.scores()
    rows = {name: descriptor.finish() for name, descriptor in descriptors.items()}
    return Features(stream.clip.times_T, rows, gate)


def _now() -> tuple[float, float]:
    """Wall and CPU seconds, those of codec processes that have ended included."""
    return time.perf_counter(), time.process_time() + nursery.cpu_s()


class _Meter:
    """Wall and CPU seconds by stage; a stage within another stops the outer one's clock."""

    def __init__(self) -> None:
        self._seconds: dict[str, list[float]] = {}
        self._stack: list[str] = []
        self._last = _now()

    def costs(self) -> dict[str, Cost]:
        """The cost of each stage, in order of first use."""
        return {name: Cost(*seconds) for name, seconds in self._seconds.items()}

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Charge the block to `stage`."""
        self._charge()
        self._stack.append(stage)
        self._seconds.setdefault(stage, [0.0, 0.0])
        try:
            yield
        finally:
            self._charge()
            self._stack.pop()

    def over(self, stage: str, batches: Iterable[FrameBatch]) -> Iterator[FrameBatch]:
        """The same batches, the making of each charged to `stage`."""
        iterator = iter(batches)
        while True:
            with self.on(stage):
                batch = next(iterator, None)
            if batch is None:
                return
            yield batch

    def _charge(self) -> None:
        now = _now()
        if self._stack:
            seconds = self._seconds[self._stack[-1]]
            for clock in (0, 1):
                seconds[clock] += now[clock] - self._last[clock]
        self._last = now


class _PeakMemory:
    """Samples the resident memory of this process and one child while the context lasts."""

    def __init__(self, child_pid: int, every_s: float = 0.02) -> None:
        self.peak_bytes = 0
        self._processes = (psutil.Process(), psutil.Process(child_pid))
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            resident = sum(map(_resident_bytes, self._processes))
            self.peak_bytes = max(self.peak_bytes, resident)
            if self._stop.wait(self._every_s):
                return


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:  # the decoder has finished
        return 0

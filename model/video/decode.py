"""Decode a video into batches of small square frames, in a child process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from model.errors import InvalidValue
from model.features.types import FrameBatch
from model.types import Clip, VideoInfo
from model.video.child import Child, Message
from model.video.limits import Limits
from model.video.probe import sha256_of

SIZE = 224  # pixels: the square that every frame is squeezed into for analysis


def open_clip(
    path: Path | str, limits: Limits | None = None, *, size: int = SIZE, batch: int = 32
) -> "ClipStream":
    """A context manager that yields the clip's frames as `FrameBatch`es without flow.

    Frames are RGB uint8, upright, `size` x `size`: the whole frame squeezed into the square, its
    aspect ratio not kept. Raises UnreadableVideo or VideoTooLarge, also while iterating.
    """
    return ClipStream(Path(path), limits or Limits(), size, batch)


class ClipStream:
    """Batches of one clip; iterate once, then ask `clip`.

    `expected_frames`, known from the first batch on, is for progress: the header may lie.
    """

    def __init__(self, path: Path, limits: Limits, size: int, batch: int) -> None:
        self._path, self._size = path, size
        self._child = Child(
            "decode", {"path": str(path.resolve(strict=True)), "size": size, "batch": batch}, limits
        )
        self._about: Message = {}
        self._times: list[float] = []
        self._clip: Clip | None = None
        self.expected_frames: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._child.__exit__(*error)

    def __iter__(self) -> Iterator[FrameBatch]:
        for message, payload in self._child.messages():
            match message["kind"]:
                case "open":
                    self._about = message
                    self.expected_frames = message["expected_frames"]
                case "frames":
                    yield self._batch(message["times"], message["keys"], payload)
                case "end":
                    self._clip = self._finish(message)

    @property
    def clip(self) -> Clip:
        """The whole clip's info and times. Raises InvalidValue before the last batch was taken."""
        if self._clip is None:
            raise InvalidValue("wanted the clip after its last batch, got asked before")
        return self._clip

    @property
    def pid(self) -> int:
        """Process id of the decoder."""
        return self._child.pid

    def _batch(self, times: list[float], keys: list[bool], payload: bytearray) -> FrameBatch:
        shape = (len(times), self._size, self._size, 3)
        batch = FrameBatch(
            len(self._times),
            np.asarray(times, np.float64),
            np.frombuffer(payload, np.uint8).reshape(shape),
            key_N=np.asarray(keys, np.bool_),
        )
        self._times += times
        return batch

    def _finish(self, end: Message) -> Clip:
        times_T = np.asarray(self._times, np.float64)
        interval_s = float(np.median(np.diff(times_T))) if len(times_T) > 1 else 0.04
        width, height = end["sizes"][0]
        info = VideoInfo(
            sha256=sha256_of(self._path),
            frames=len(times_T),
            claimed_frames=self._about["claimed_frames"],
            width=width,
            height=height,
            duration_s=float(times_T[-1]) + (end["shown_s"] or interval_s),
            codec=self._about["codec"],
            container=self._about["container"],
            warnings=tuple(_warnings(end, self._about["claimed_frames"], len(times_T))),
        )
        return Clip(info, times_T)


def _warnings(end: dict[str, Any], claimed: int | None, decoded: int) -> Iterator[str]:
    if claimed is not None and claimed != decoded:
        yield f"the header claims {claimed} frames, {decoded} were decoded"
    if end["errors"]:
        yield f"{end['errors']} packets could not be decoded"
    if end["damaged"]:
        yield f"{end['damaged']} frames are damaged"
    if end["repaired"]:
        yield f"{end['repaired']} frame times were missing or out of order and were repaired"
    if len(end["sizes"]) > 1:
        sizes = ", ".join(f"{width} x {height}" for width, height in end["sizes"])
        yield f"the frame size changes: {sizes}"

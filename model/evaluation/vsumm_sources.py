"""The frames of a summarised video, from a bank of stills or from the video file: one interface.

Shape legend: T rows of the features, one a frame that is there; K keyframes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from model.analyze import Attention
from model.datasets.vsumm import SummarisedVideo
from model.errors import InvalidDataset
from model.evaluation.truth import GroundTruth
from model.evaluation.vsumm import hues
from model.features.descriptors import registry
from model.features.extract import extract
from model.features.types import Features, FrameBatch
from model.methods.base import Method
from model.types import Analysis, Indices
from model.video.decode import open_clip
from model.video.flow import DEFAULT_FLOW, FlowAlgorithm, make_flow
from model.video.pictures import decode_picture, read_picture
from model.video.stills import read_stills

BATCH, SIDE = 32, 224  # as `model.video.decode` hands frames over
BANK_RATE = 29.97  # frames a second of Open Video's files; a bank tells numbers, no times
STILL = "zero"  # the name of a bank's flow
ALONE = "frames of a bank stand alone"
LACKING = {
    "tracks": f"{ALONE}: no corner can be tracked from one to the next",
    "key": f"{ALONE}: no codec marks any of them",
}


OnFrame = Callable[[int, int], None]  # frames done, frames in all


def _silent(done: int, total: int) -> None:
    """Tell nobody."""


def _no_motion(previous_HW: NDArray[np.uint8], next_HW: NDArray[np.uint8]) -> Any:
    return np.zeros((*previous_HW.shape, 2), np.float32)


class Source(ABC):
    """The frames of one video: what is measured on them, and their hues.

    In words, `times` says where times come from and `steps` which frames the attention model sees;
    `steps_per_second` tells the model so (None: its own rate).
    """

    times: ClassVar[str]
    steps: ClassVar[str]
    steps_per_second: ClassVar[float | None] = None

    def __init__(self, video: SummarisedVideo) -> None:
        self.video = video

    @abstractmethod
    def flow(self, own: str) -> FlowAlgorithm:
        """The optical flow in place of, or as, the network's own."""

    @abstractmethod
    def batches(self) -> AbstractContextManager[Iterable[FrameBatch]]:
        """The frames in order. Raises UnreadableVideo."""

    @abstractmethod
    def index(self, row_K: Indices) -> Indices:
        """The frames' numbers in the video, from 0, of rows of the features."""

    @abstractmethod
    def nearest(self, index: int, T: int) -> int:
        """The frame that stands for a number, of T that are there."""

    @abstractmethod
    def pictures(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Number and RGB (H, W, 3) of frames that are there. Raises UnreadableVideo."""

    @abstractmethod
    def lacks(self, descriptor: str) -> str:
        """Why a descriptor means nothing here; empty where it does mean something."""

    def reason_against(self, method: Method) -> str:
        """Why a method has no answer here; empty where it has one."""
        return next(filter(None, map(self.lacks, sorted(method.needs))), "")

    def features(self, methods: Iterable[Method], attention: Attention | None) -> Features:
        """What the methods read. Raises UnreadableVideo."""
        wanted = {name for method in methods for name in method.needs}
        run = attention.begin(self.steps_per_second) if attention else None
        flow = self.flow(attention.flow if attention else DEFAULT_FLOW)
        with self.batches() as batches:
            return extract(batches, wanted, run, flow)

    def hues(self, indices: Iterable[int], on_frame: OnFrame = _silent) -> dict[int, Indices]:
        """The hue histogram of each frame, of numbers that are there. Raises UnreadableVideo, and
        InvalidParameter where a file ends before one of them."""
        wanted, found = sorted(set(indices)), {}
        on_frame(0, len(wanted))
        for index, picture_HW3 in self.pictures(wanted):
            found[index] = hues(picture_HW3)
            on_frame(len(found), len(wanted))
        return found


class Bank(Source):
    """Stills of some frames: each is one row and one step, and nothing moves between them."""

    times: ClassVar[str] = f"frame number / {BANK_RATE} per second"
    steps: ClassVar[str] = "every frame of the bank"
    steps_per_second: ClassVar[float | None] = 0.0

    def __init__(self, video: SummarisedVideo) -> None:
        super().__init__(video)
        self._known = sorted(video.bank)

    def lacks(self, descriptor: str) -> str:
        """Whatever compares neighbours as moments apart, or asks the codec."""
        if registry()[descriptor].needs_flow:
            return f"{ALONE}: there is no optical flow between them"
        return LACKING.get(descriptor, "")

    def flow(self, own: str) -> FlowAlgorithm:
        """Zero."""
        return FlowAlgorithm(STILL, _no_motion)

    def batches(self) -> AbstractContextManager[Iterable[FrameBatch]]:
        """The stills, squeezed into squares, at their numbers' times from the first one on."""
        return nullcontext(self._read())

    def _read(self) -> Iterator[FrameBatch]:
        for start in range(0, len(self._known), BATCH):
            index_N = np.array(self._known[start : start + BATCH])
            stills = [picture_HW3 for _, picture_HW3 in self.pictures(index_N.tolist())]
            frames_NHWC = np.stack(
                [cv2.resize(still, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for still in stills]
            )
            times_N = (index_N - self._known[0]) / BANK_RATE
            yield FrameBatch(start, times_N, frames_NHWC.astype(np.uint8))

    def index(self, row_K: Indices) -> Indices:
        """The numbers of the stills."""
        return np.array(self._known, np.int64)[row_K]

    def nearest(self, index: int, T: int) -> int:
        """The still of the nearest number."""
        return self.video.nearest(index)

    def pictures(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """The stills themselves."""
        for index in indices:
            yield index, read_picture(self.video.bank[index])


class File(Source):
    """A video file: every frame is a row, decoded as in an analysis."""

    times: ClassVar[str] = "presentation timestamps"
    steps: ClassVar[str] = "the model's own rate"

    def lacks(self, descriptor: str) -> str:
        """Nothing."""
        return ""

    def flow(self, own: str) -> FlowAlgorithm:
        """The network's own."""
        return make_flow(own)

    def batches(self) -> AbstractContextManager[Iterable[FrameBatch]]:
        """The decoder's."""
        return open_clip(self._path)

    @property
    def _path(self) -> Any:
        if self.video.video is None:
            raise InvalidDataset(f"{self.video.name}: wanted a video or single frames, got neither")
        return self.video.video

    def index(self, row_K: Indices) -> Indices:
        """The rows: every frame has one."""
        return row_K

    def nearest(self, index: int, T: int) -> int:
        """The frame, or the last one where the video ends before it."""
        return min(index, T - 1)

    def pictures(self, indices: Sequence[int]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Frames of the file through JPEG, which is how VSUMM kept those it compared."""
        for index, jpeg in read_stills(self._path, indices):
            yield index, decode_picture(jpeg)


def source_of(video: SummarisedVideo) -> Source:
    """The bank where there is one, else the file."""
    return Bank(video) if video.bank else File(video)


def hues_of(
    path: Path, analysis: Analysis, truth: GroundTruth, on_frame: OnFrame = _silent
) -> dict[int, Indices]:
    """The hues of every keyframe and every annotated one of a video file, by decoded frame; {}
    where nobody annotated any.

    The file is decoded once more, in a child process, up to the last of them; `on_frame` hears of
    each. Raises UnreadableVideo, InvalidAnnotations for a mark that is beyond the clip, and
    InvalidParameter where this decoding ends before a frame that the analysis had.
    """
    marked = truth.frames(analysis.clip.times_T)
    if not marked:
        return {}
    chosen = (found.index_K.tolist() for found in analysis.methods.values())
    video = SummarisedVideo(path.stem, (), video=path)
    return File(video).hues(chain.from_iterable((*marked.values(), *chosen)), on_frame)

"""Child's side: open a file safely and hand out its frames in presentation order with their times.

The file is opened as a byte stream with every FFmpeg protocol forbidden and the container on a
whitelist, so whatever it says, no other file and no socket is ever opened.
"""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Self

import av
import numpy as np
from av.sidedata.sidedata import SideDataContainer

from model.errors import UnreadableVideo, VideoTooLarge
from model.video.child_main import still_alive
from model.video.limits import CONTAINERS, Limits
from model.video.timeline import Timeline

ACCEPTED = ", ".join(CONTAINERS.values())
UNSPECIFIED = 2
MATRICES = {0, 1, UNSPECIFIED, 4, 5, 6, 7, 9}  # AVCOL_SPC_* that swscale 9 reads
RANGES = {0, 1, 2}
PLAUSIBLE_FPS = 500  # recorders without a rate write 1000
OVERSIZED = re.compile(r"Picture size (\d+)x(\d+) exceeds specified max pixel count")
NOT_DECODABLE = "The file may be damaged or encrypted; re-export it as MP4 (H.264)."


@dataclass(frozen=True)
class Picture:
    """A decoded frame as stored, its time (s, the first at 0), how long it is shown (s, 0 when
    unknown), and what makes it upright: `flipped` upside down first, then counter-clockwise
    quarter turns."""

    frame: Any
    time_s: float
    shown_s: float
    quarter_turns: int
    flipped: bool

    @property
    def upright_size(self) -> tuple[int, int]:
        """(width, height) in pixels after turning."""
        size = (self.frame.width, self.frame.height)
        return (size[1], size[0]) if self.quarter_turns % 2 else size


@dataclass
class Source(AbstractContextManager["Source"]):
    """An opened video. Entering raises UnreadableVideo or VideoTooLarge.

    After `pictures()` is exhausted, `errors` counts packets that did not decode, `damaged` frames
    that the decoder could only patch up, and `timeline` knows how many times were repaired.
    """

    path: str
    limits: Limits
    threads: int = 1
    errors: int = 0
    damaged: int = 0
    timeline: Timeline = field(default_factory=Timeline)
    _ticks: int = -1

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            file = stack.enter_context(_open_file(self.path, self.limits))
            with _open_container(file, codec_whitelist="none") as header:
                self._read_header(header)  # before any decoder allocates what it claims
                if not self.stream.codec_context.width:
                    self._find_size()
            file.seek(0)
            self._read_header(stack.enter_context(_open_container(file, **self._guard)))
            self._stack = stack.pop_all()
        codec = self.stream.codec_context
        codec.options = self._guard
        codec.thread_count = self.threads
        codec.thread_type = "AUTO"
        interval = self.stream.average_rate or self.stream.guessed_rate or Fraction(25)
        self.timeline = Timeline(nominal_s=float(1 / interval))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def _guard(self) -> dict[str, str]:
        """The decoders' own bound. Twice the limit: a frame somewhat too large decodes and is
        refused by its size."""
        return {"max_pixels": str(2 * self.limits.max_pixels)}

    @property
    def claimed_frames(self) -> int | None:
        """Number of frames by the header, None where it says nothing."""
        return self.stream.frames or None

    @property
    def claimed_duration_s(self) -> float | None:
        """Seconds by the header, None where it says nothing."""
        if self.stream.duration is not None:
            return float(self.stream.duration * self.stream.time_base)
        return self.container.duration / av.time_base if self.container.duration else None

    @property
    def expected_frames(self) -> int | None:
        """The claimed number, or what the claimed duration and rate make of it: for progress."""
        rate = self.stream.average_rate
        if self.claimed_frames or not (self.claimed_duration_s and rate and rate < PLAUSIBLE_FPS):
            return self.claimed_frames
        return int(self.claimed_duration_s * rate)

    def about(self) -> dict[str, Any]:
        """What the header says, as fields of a message."""
        return {
            "codec": self.stream.codec_context.codec.canonical_name,
            "container": CONTAINERS[self.container.format.name],
            "claimed_frames": self.claimed_frames,
            "expected_frames": self.expected_frames,
            "claimed_duration_s": self.claimed_duration_s,
            "has_audio": bool(self.container.streams.audio),
        }

    def pictures(self) -> Iterator[Picture]:
        """All frames that decode. Raises UnreadableVideo when there are none, VideoTooLarge when
        a limit is passed whatever the header claimed."""
        count = 0
        for frame in self._frames():
            picture = self._picture(frame)
            self.damaged += frame.is_corrupt
            count += 1
            self._refuse_growth(picture, count)
            yield picture
        if not count:
            claimed = f" of {self.claimed_frames} claimed" if self.claimed_frames else ""
            raise UnreadableVideo(f"no decodable frames{claimed}", NOT_DECODABLE)

    def _frames(self) -> Iterator[Any]:
        packets = self.container.demux(self.stream)
        while True:
            still_alive()
            try:
                packet = next(packets)
                frames = packet.decode()
            except StopIteration:
                return
            except MemoryError:
                raise
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, OSError):
                self.errors += 1
                continue
            yield from frames

    def _picture(self, frame: Any) -> Picture:
        base = frame.time_base or self.stream.time_base
        ticks = self._avi_ticks(frame) if self.container.format.name == "avi" else frame.pts
        _name_plain_colours(frame)
        time_s = self.timeline.place(None if ticks is None else float(ticks * base))
        shown_s = float((frame.duration or 0) * base)
        return Picture(frame, time_s, shown_s, *_orientation(frame))

    def _avi_ticks(self, frame: Any) -> int:
        """AVI has no presentation times, and one tick a frame: the packet that released a frame
        dates it; frames released by the end of the file follow."""
        self._ticks = self._ticks + 1 if frame.dts is None else frame.dts
        return self._ticks

    def _read_header(self, container: Any) -> None:
        self.container, self.stream = container, _video_stream(container)
        codec, limits = self.stream.codec_context, self.limits
        _refuse_pixels(codec.width, codec.height, limits)
        if (self.claimed_frames or 0) > limits.max_frames:
            _refuse_frames(f"{self.claimed_frames:,}", limits)
        if (self.claimed_duration_s or 0) > limits.max_duration_s:
            _refuse_duration(self.claimed_duration_s or 0, limits)

    def _find_size(self) -> None:
        """Refuse a size that only a frame tells, with a guarded decoder: where a container lists
        its streams late (FLV, MPEG-PS), opening it again probes with decoders beyond our reach."""
        self.stream.codec_context.options = self._guard
        with _logged_errors() as log:
            try:
                frame = next(self._frames(), None)
            finally:  # first: some decoders call it a want of memory
                for oversized in filter(None, (OVERSIZED.search(text) for *_, text in log)):
                    _refuse_pixels(int(oversized[1]), int(oversized[2]), self.limits)
        self.errors = 0
        if frame is not None:
            _refuse_pixels(frame.width, frame.height, self.limits)

    def _refuse_growth(self, picture: Picture, count: int) -> None:
        _refuse_pixels(picture.frame.width, picture.frame.height, self.limits)
        if count > self.limits.max_frames:
            _refuse_frames(f"more than {self.limits.max_frames:,}", self.limits)
        if picture.time_s > self.limits.max_duration_s:
            _refuse_duration(picture.time_s, self.limits)


def _orientation(frame: Any) -> tuple[int, bool]:
    """The quarter turns of a frame's display matrix, and whether it flips the frame before."""
    # frame.side_data would keep itself in the frame: a cycle, so that hundreds of frames await the
    # garbage collector
    stored = SideDataContainer(frame).get("DISPLAYMATRIX")  # type: ignore[call-arg]
    if stored is None:
        return 0, False
    a, b, _, c, d = np.frombuffer(stored, np.int32)[:5].tolist()  # x' = ax + cy, y' = bx + dy
    determinant = a * d - b * c
    if not determinant:  # no picture would be left
        return 0, False
    return round(frame.rotation / 90) % 4, determinant < 0


def _name_plain_colours(frame: Any) -> None:
    """Take colour matrices and ranges that the scaler cannot convert as unspecified."""
    if frame.colorspace not in MATRICES:
        frame.colorspace = UNSPECIFIED
    if frame.color_range not in RANGES:
        frame.color_range = 0


def _open_file(path: str, limits: Limits) -> Any:
    about = os.stat(path)
    if not stat.S_ISREG(about.st_mode):
        raise UnreadableVideo("not a regular file", "Upload one video file.")
    if about.st_size == 0:
        raise UnreadableVideo("the file is empty: 0 bytes", "Upload it again, completely.")
    if about.st_size > limits.max_bytes:
        raise VideoTooLarge(
            f"the file has {about.st_size:,} bytes; at most {limits.max_bytes:,} are accepted",
            "Re-encode it at a lower bit rate or cut it.",
        )
    return open(os.open(path, os.O_RDONLY), "rb")  # nameless: only the content decides


def _open_container(file: Any, **options: str) -> Any:
    options |= {
        "format_whitelist": ",".join(CONTAINERS),
        "protocol_whitelist": "none",  # no protocol has this name
        "threads": "1",
    }
    with _logged_errors() as log:
        try:
            return av.open(file, options=options, metadata_errors="replace")
        except MemoryError:
            raise
        except (av.error.FFmpegError, OSError, ValueError) as error:  # OSError: absurd offsets
            cause = f"not a readable video in an accepted container ({ACCEPTED})"
            if any("moov atom not found" in text for *_, text in log):
                cause = "the file is cut off: its index (moov atom) is missing"
            raise UnreadableVideo(cause, "Upload the original video file.") from error


@contextmanager
def _logged_errors() -> Iterator[list[tuple[int, str, str]]]:
    """The errors that FFmpeg logs meanwhile: (level, name, text)."""
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as log:
            yield log
    finally:
        av.logging.set_level(None)


def _video_stream(container: Any) -> Any:
    stream = container.streams.best("video")
    if stream is None or stream.disposition & av.stream.Disposition.attached_pic:
        found = ", ".join(sorted({other.type for other in container.streams})) or "nothing"
        raise UnreadableVideo(
            f"the file has no video stream (it has: {found})", "Upload a file that shows pictures."
        )
    if stream.codec_context is None:
        raise UnreadableVideo("the video's codec is unknown", NOT_DECODABLE)
    if container.format.name not in CONTAINERS:
        raise UnreadableVideo(f"container {container.format.name!r} is not accepted", ACCEPTED)
    return stream


def _refuse_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise VideoTooLarge(
            f"frames of {width} x {height} = {width * height:,} pixels; "
            f"at most {limits.max_pixels:,} are accepted",
            "Scale the video down, for example to 1920 pixels wide.",
        )


def _refuse_frames(count: str, limits: Limits) -> None:
    raise VideoTooLarge(
        f"the video has {count} frames; at most {limits.max_frames:,} are accepted",
        "Cut the video into shorter parts.",
    )


def _refuse_duration(seconds: float, limits: Limits) -> None:
    raise VideoTooLarge(
        f"the video lasts {seconds:,.0f} s; at most {limits.max_duration_s:,.0f} s are accepted",
        "Cut the video into shorter parts.",
    )

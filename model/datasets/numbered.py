"""Clips whose frames spell their own number: what a player shows can be read from its picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

CLOCK = Fraction(1, 90_000)
BLACK, WHITE = 16, 235  # of the luma plane
H264 = {"preset": "ultrafast", "crf": "24", "bf": "0", "g": "50", "threads": "2"}
# A file whose first frames have negative times gets an edit list that leaves them out.
EDITED = {"avoid_negative_ts": "disabled", "use_editlist": "1"}


@dataclass(frozen=True)
class Digits:
    """How a frame spells its number: `bits` square blocks of `block` pixels along its foot, the
    lowest bit on the left, white for 1."""

    bits: int = 8
    block: int = 28

    @property
    def width(self) -> int:
        """The width of the frames, pixels."""
        return self.bits * self.block

    @property
    def height(self) -> int:
        """Their height: the picture above is twice as wide as high, in whole pairs of lines."""
        return self.width // 4 * 2 + self.block

    def write(self, luma_HW: NDArray[np.uint8], number: int) -> None:
        """Spell `number` on the foot of a luma plane."""
        for bit in range(self.bits):
            blocks = slice(bit * self.block, (bit + 1) * self.block)
            luma_HW[-self.block :, blocks] = WHITE if number >> bit & 1 else BLACK


def write_numbered(
    path: Path, times: Sequence[float], digits: Digits, *, hidden: int = 0, seed: int = 0
) -> Path:
    """Encode a frame for each of the rising `times` (s) into an MP4: a line crosses a texture that
    `seed` draws, over the frame's number. An edit list leaves out the first `hidden` frames, so
    that the clip starts with number `hidden`. Raises ValueError where a number does not fit."""
    if len(times) > 1 << digits.bits:
        raise ValueError(f"{len(times)} frames cannot be told apart by {digits.bits} bits")
    with av.open(str(path), "w", format="mp4", options=EDITED if hidden else {}) as out:
        stream = out.add_stream("libx264", rate=30, options=H264)
        stream.width, stream.height, stream.pix_fmt = digits.width, digits.height, "yuv420p"
        stream.codec_context.time_base = CLOCK
        for time_s, plane in zip(times, _planes(digits, len(times), seed), strict=True):
            frame = av.VideoFrame.from_ndarray(plane, "yuv420p")
            frame.pts = round((time_s - times[hidden]) / CLOCK)
            frame.time_base = CLOCK
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def _planes(digits: Digits, frames: int, seed: int) -> Iterator[NDArray[np.uint8]]:
    """The frames as PyAV takes yuv420p: the luma plane above those of the colours. One array is
    written again and again."""
    width, height = digits.width, digits.height
    plane = np.full((height * 3 // 2, width), 128, np.uint8)
    luma_HW = plane[:height]
    texture = np.random.default_rng(seed).integers(40, 120, (height, width // 4), np.uint8)
    ground_HW = texture.repeat(4, axis=1)
    for number in range(frames):
        luma_HW[:] = ground_HW
        luma_HW[:, number % width] = WHITE
        digits.write(luma_HW, number)
        yield plane

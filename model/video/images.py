"""Child's side: upright pictures of a wanted size, and JPEG files of them."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from model.video.source import Picture


class Upright:
    """Scales pictures and turns them upright, whatever size and pixel format each one has."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def rgb(self, picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
        """RGB uint8 of shape (height, width, 3); the picture is squeezed to fit."""
        stored = (height, width) if picture.quarter_turns % 2 else (width, height)
        frame = self._reformatter.reformat(
            picture.frame, *stored, "rgb24", interpolation="AREA", threads=1
        )
        stored_HWC = frame.to_ndarray()
        return np.rot90(stored_HWC[::-1] if picture.flipped else stored_HWC, picture.quarter_turns)

    def frame(self, picture: Picture, width: int, height: int, pixel_format: str) -> Any:
        """An `av.VideoFrame` of the given size and pixel format."""
        if picture.quarter_turns or picture.flipped:
            turned = np.ascontiguousarray(self.rgb(picture, width, height))
            return av.VideoFrame.from_ndarray(turned, "rgb24").reformat(format=pixel_format)
        return self._reformatter.reformat(
            picture.frame, width, height, pixel_format, interpolation="AREA", threads=1
        )


def jpeg(frame: Any, quality: int = 6) -> bytes:
    """A JPEG file of an `av.VideoFrame` or RGB array (H, W, 3); `quality` from 1 (best) to 31."""
    if isinstance(frame, np.ndarray):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)  # mjpeg insists on one
    encoder.qmin = encoder.qmax = quality
    frame = frame.reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def fit(width: int, height: int, longest: int, multiple: int = 1) -> tuple[int, int]:
    """The size scaled down so that no side exceeds `longest`, each a multiple of `multiple`."""
    scale = min(1.0, longest / max(width, height))
    smallest = 8 * multiple  # encoders refuse less
    return (
        max(smallest, round(width * scale / multiple) * multiple),
        max(smallest, round(height * scale / multiple) * multiple),
    )

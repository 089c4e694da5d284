"""Makes the video files that tests read: known pictures at known times, with PyAV alone."""

import colorsys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

CLOCK = Fraction(1, 90_000)


def levels(T: int, low: int = 30, high: int = 220) -> list[int]:
    """The grey of each frame of `grey_frames`: rises, so order and identity can be read off."""
    return np.linspace(low, high, T).round().astype(int).tolist()


def grey_frames(T: int, width: int = 64, height: int = 48) -> list[NDArray[np.uint8]]:
    """T uniform RGB frames, frame t of grey `levels(T)[t]`."""
    return [np.full((height, width, 3), level, np.uint8) for level in levels(T)]


def corner_frame(width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    """Red top left, green top right, blue bottom left, white bottom right."""
    frame_HWC = np.zeros((height, width, 3), np.uint8)
    top, left = slice(height // 2), slice(width // 2)
    bottom, right = slice(height // 2, None), slice(width // 2, None)
    frame_HWC[top, left], frame_HWC[top, right] = (255, 0, 0), (0, 255, 0)
    frame_HWC[bottom, left], frame_HWC[bottom, right] = (0, 0, 255), (255, 255, 255)
    return frame_HWC


def moving_square(T: int, size: int = 96, step: int = 2) -> list[NDArray[np.uint8]]:
    """A bright textured square that moves right by `step` pixels a frame over a dark texture."""
    random = np.random.default_rng(0)
    ground = random.integers(20, 60, (size, size, 3), np.uint8)
    patch = random.integers(120, 255, (size // 4, size // 4, 3), np.uint8)
    frames = []
    for t in range(T):
        frame, left = ground.copy(), (step * t) % (size - size // 4)
        frame[size // 3 : size // 3 + size // 4, left : left + size // 4] = patch
        frames.append(frame)
    return frames


def shot(
    scene: int,
    camera_T: Sequence[float] | NDArray[np.float64],
    actor_T: Sequence[float] | NDArray[np.float64] | None = None,
    width: int = 160,
    height: int = 120,
) -> Iterator[NDArray[np.uint8]]:
    """A shot of a textured scene of its own hue: before each frame the camera passes `camera_T`
    pixels to the right, and an actor, a bright square that starts in the middle and never leaves
    the picture, walks `actor_T` pixels through the scene; no actor where that is None."""
    random = np.random.default_rng(scene)
    past_T = np.cumsum(camera_T).round().astype(int)
    wall = random.integers(20, 180, (height // 8 + 1, (width + past_T[-1]) // 8 + 2), np.uint8)
    ground_HW = wall.repeat(8, axis=0).repeat(8, axis=1)
    tint_C = np.array(colorsys.hsv_to_rgb(0.618 * scene % 1, 0.7, 1))
    side = height // 2
    patch_HWC = random.integers(150, 256, (side, side, 3), np.uint8)
    walked_T = np.cumsum(np.zeros(len(past_T)) if actor_T is None else actor_T).round().astype(int)
    left_T = np.clip((width - side) // 2 + walked_T - past_T, 0, width - side)
    for past, left in zip(past_T.tolist(), left_T.tolist(), strict=True):
        frame_HWC = (ground_HW[:height, past : past + width, None] * tint_C).astype(np.uint8)
        if actor_T is not None:
            frame_HWC[height - side :, left : left + side] = patch_HWC
        yield frame_HWC


def write_clip(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    fps: int = 25,
    times: Sequence[float] | None = None,
    options: Mapping[str, str] | None = None,
    container: Mapping[str, str] | None = None,
) -> Path:
    """Encode RGB frames at `fps`, or at `times` (s), in the container that the suffix names."""
    with av.open(str(path), "w", options=dict(container or {})) as out:
        stream = None
        for index, frame_HWC in enumerate(frames):
            if stream is None:
                stream = out.add_stream(codec, rate=fps, options=dict(options or {}))
                stream.height, stream.width = frame_HWC.shape[:2]
                stream.pix_fmt = pixel_format
                stream.codec_context.time_base = CLOCK if times else Fraction(1, fps)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame_HWC), "rgb24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(times[index] / CLOCK) if times else index
            out.mux(stream.encode(frame))
        assert stream is not None
        out.mux(stream.encode(None))
    return path


def write_tone(path: Path) -> Path:
    """A second of sound without pictures."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44_100)
        samples = np.zeros((1, 44_100), np.float32)
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        frame.sample_rate = 44_100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def turn(path: Path, quarter_turns_clockwise: int, flipped: bool = False) -> Path:
    """Rewrite an MP4's display matrix so that players turn the picture clockwise, `flipped`
    upside down before."""
    cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarter_turns_clockwise % 4]
    y = -1 if flipped else 1
    rows = [cos, sin, 0, -sin * y, cos * y, 0, 0, 0]
    one = 1 << 16
    matrix = b"".join((value * one).to_bytes(4, "big", signed=True) for value in rows)
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40  # version 0: 40 bytes from flags to matrix
    data[start : start + 32] = matrix
    path.write_bytes(data)
    return path

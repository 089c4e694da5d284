"""Child process: one decode into a browser preview, sprite sheets and a thumbnail."""

import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from model.video.child_main import Job, run, send
from model.video.images import Upright, fit, jpeg
from model.video.limits import GIB, Limits
from model.video.source import Picture, Source
from model.video.sprites import Sprites

CLOCK = 90_000  # ticks a second of the preview's timestamps
PREVIEW, THUMBNAIL = 640, 320  # longest sides in pixels
REPORT_S = 0.25
H264 = {"crf": "24", "preset": "veryfast", "bf": "0", "g": "12", "threads": "2"}


class Preview:
    """An H.264 file with exactly the source's frames and times.

    No B-frames, so that no edit list shifts the times; a key frame every 12, so that seeking is
    quick; the index in front, so that playing starts at once.
    """

    def __init__(self, path: Path, size: tuple[int, int], upright: Upright) -> None:
        options = {"movflags": "+faststart", "video_track_timescale": str(CLOCK)}
        self._container: Any = av.open(str(path), "w", format="mp4", options=options)
        self._stream: Any = self._container.add_stream("libx264", rate=30, options=H264)
        self._stream.width, self._stream.height = self.size = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, CLOCK)
        self._upright = upright

    def add(self, picture: Picture) -> None:
        """Encode one frame at its own time."""
        frame = self._upright.frame(picture, *self.size, "yuv420p")
        frame.pts = round(picture.time_s * CLOCK)
        frame.time_base = Fraction(1, CLOCK)
        frame.pict_type = 0  # the encoder decides, not the source
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Flush the encoder and write the index."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def preview(job: Job, limits: Limits) -> None:
    """Send `progress` now and then, and `end` with the number of frames and the sprites."""
    out_dir, upright = Path(job["out_dir"]), Upright()
    sprites, reported, done = Sprites(upright), 0.0, 0
    with Source(job["path"], limits) as source:
        for index, picture in enumerate(source.pictures()):
            if index == 0:
                width, height = _display_size(source, picture)
                encoder = Preview(out_dir / "preview.mp4", fit(width, height, PREVIEW, 2), upright)
            encoder.add(picture)
            sprites.add(picture, index, width, height)
            if index & (index - 1) == 0:  # the last power of two lies in the clip's second half
                thumbnail_HWC = upright.rgb(picture, *fit(width, height, THUMBNAIL))
            done = index + 1
            if time.monotonic() - reported > REPORT_S:
                send("progress", done=done, total=source.expected_frames)
                reported = time.monotonic()
        encoder.close()
    (out_dir / "thumbnail.jpg").write_bytes(jpeg(thumbnail_HWC, quality=3))
    send("end", frames=done, sprites=sprites.write(out_dir))


def _display_size(source: Source, picture: Picture) -> tuple[int, int]:
    """Upright size with square pixels."""
    width, height = picture.upright_size
    aspect = source.stream.sample_aspect_ratio or 1
    if not 0.25 < aspect < 4:  # nonsense in a header
        return width, height
    if picture.quarter_turns % 2:
        return width, max(1, round(height * aspect))
    return max(1, round(width * aspect)), height


def main() -> None:
    """What the nursery forks."""
    run(preview, writes_bytes=4 * GIB)

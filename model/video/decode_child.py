"""Child process: decode a file and stream its frames, raw, to the parent (see `decode.py`)."""

import os

import numpy as np

from model.video.child_main import Job, run, send
from model.video.images import Upright
from model.video.limits import Limits
from model.video.source import Picture, Source

THREADS = min(4, os.cpu_count() or 1)


def decode(job: Job, limits: Limits) -> None:
    """Send `open`, then `frames` messages of up to `batch` frames, then `end`."""
    upright, size, batch = Upright(), job["size"], job["batch"]
    frames_NHWC = np.empty((batch, size, size, 3), np.uint8)
    times_N: list[float] = []
    keys_N: list[bool] = []
    last: Picture | None = None
    sizes: list[tuple[int, int]] = []
    with Source(job["path"], limits, threads=THREADS) as source:
        send("open", **source.about())
        for picture in source.pictures():
            frames_NHWC[len(times_N)] = upright.rgb(picture, size, size)
            times_N.append(picture.time_s)
            keys_N.append(bool(picture.frame.key_frame))
            last = picture
            if picture.upright_size not in sizes[-1:] and len(sizes) < 10:
                sizes.append(picture.upright_size)
            if len(times_N) == batch:
                send("frames", frames_NHWC, times=times_N, keys=keys_N)
                times_N, keys_N = [], []
        if times_N:
            send("frames", frames_NHWC[: len(times_N)], times=times_N, keys=keys_N)
        send(
            "end",
            errors=source.errors,
            damaged=source.damaged,
            repaired=source.timeline.repaired,
            shown_s=last.shown_s if last else 0.0,
            sizes=sizes,
        )


def main() -> None:
    """What the nursery forks."""
    run(decode)

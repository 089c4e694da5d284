"""Child process: decode up to the last frame asked for and send those frames as JPEG."""

from fractions import Fraction

import av
import numpy as np

from model.video.child_main import Job, run, send
from model.video.limits import Limits
from model.video.source import Picture, Source

QUALITY = 3  # of mjpeg's 1 (best) to 31


def stills(job: Job, limits: Limits) -> None:
    """Send one `still` message for each index of the job (sorted, unique), then `end`."""
    wanted = iter(job["indices"])
    index = next(wanted)
    with Source(job["path"], limits) as source:
        for position, picture in enumerate(source.pictures()):
            if position < index:
                continue
            send("still", _jpeg(picture), index=index)
            if (index := next(wanted, -1)) < 0:
                break
    send("end")


def _jpeg(picture: Picture) -> bytes:
    frame = picture.frame
    if picture.quarter_turns:
        turned = np.rot90(frame.to_ndarray(format="rgb24"), picture.quarter_turns)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)  # mjpeg insists on one
    encoder.qmin = encoder.qmax = QUALITY
    frame = frame.reformat(format="yuvj420p")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


if __name__ == "__main__":
    run(stills)

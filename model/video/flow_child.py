"""Child process: decode up to the frame asked for and send the picture of its optical flow."""

from collections.abc import Iterator

import cv2
import numpy as np

from model.features.types import FrameBatch
from model.video.child_main import Job, run, send
from model.video.flow import Flow, FlowAdder, make_flow
from model.video.flow_image import draw_arrows, flow_colours, flow_scale
from model.video.images import Upright, fit, jpeg
from model.video.limits import Limits
from model.video.source import Picture, Source

LONGEST = 640  # pixels: the flow is computed on far fewer


def flow(job: Job, limits: Limits) -> None:
    """Send one `flow` message with the JPEG and its `scale` in pixels of the upright video, unless
    the video ends before the frame; then `end`."""
    cv2.setNumThreads(1)  # each thread reserves address space
    with Source(job["path"], limits) as source:
        near = list(_near(source, job["index"]))
    if near and near[-1][0] >= job["index"]:
        pictures = [picture for _, picture in near[-2:]]
        width, height = pictures[-1].upright_size
        flow_HW2 = _between(pictures, job["size"], job["algorithm"])
        flow_HW2 *= np.array([width, height], np.float32) / job["size"]
        scale = flow_scale(flow_HW2)
        shown_HW2 = np.asarray(cv2.resize(flow_HW2, fit(width, height, LONGEST)), np.float32)
        image_HW3 = flow_colours(shown_HW2, scale)
        draw_arrows(image_HW3, shown_HW2, scale)
        send("flow", jpeg(image_HW3, quality=3), scale=scale)
    send("end")


def _near(source: Source, index: int) -> Iterator[tuple[int, Picture]]:
    """The frames before, at and after `index`, with their indices, as far as they are there."""
    for position, picture in enumerate(source.pictures()):
        if position >= index - 1:
            yield position, picture
        if position > index:
            return


def _between(pictures: list[Picture], size: int, algorithm: str) -> Flow:
    """The flow from the first picture to the next, none where there is no next."""
    upright = Upright()
    frames_NHWC = np.stack([upright.rgb(picture, size, size) for picture in pictures])
    times_N = np.array([picture.time_s for picture in pictures])
    [batch] = FlowAdder(make_flow(algorithm))([FrameBatch(0, times_N, frames_NHWC)])
    assert batch.flows_NHW2 is not None
    return np.asarray(batch.flows_NHW2[0], np.float32)


def main() -> None:
    """What the nursery forks."""
    run(flow)

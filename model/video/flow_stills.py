"""The optical flow of single frames as pictures, computed in a child process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from model.errors import InvalidParameter
from model.video.child import Child
from model.video.decode import SIZE
from model.video.limits import Limits

FlowName = Literal["dis", "tvl1", "farneback"]  # of model.video.flow, which brings OpenCV along


@dataclass(frozen=True)
class FlowStill:
    """A JPEG of the colours and arrows of `model.video.flow_image`, brightest and longest at
    `scale` pixels of the upright video from one frame to the next."""

    jpeg: bytes
    scale: float


def read_flow(
    path: Path | str, index: int, algorithm: FlowName = "dis", limits: Limits | None = None
) -> FlowStill:
    """The flow from decoded frame `index` to the next one, as an analysis computes it: on its
    square grid. The last frame repeats the flow before it; a single frame has none.

    Decodes only as far as needed. Raises UnreadableVideo or VideoTooLarge, and InvalidParameter
    for an unknown algorithm or an index that the video does not reach.
    """
    if algorithm not in get_args(FlowName):
        known = ", ".join(get_args(FlowName))
        raise InvalidParameter(f"flow: wanted one of {known}, got {algorithm!r}", "", "/flow")
    job = {
        "path": str(Path(path).resolve()), "index": index, "algorithm": algorithm, "size": SIZE,
    }  # fmt: skip
    with Child("flow", job, limits or Limits()) as child:
        for message, payload in child.messages():
            if message["kind"] == "flow":
                return FlowStill(bytes(payload), message["scale"])
    raise InvalidParameter(
        f"wanted frame {index}, got a video that ends before it",
        "Frames count from 0 in the order of their times.",
    )

"""A small clip for the command line to work on, and weights that mean nothing."""

from pathlib import Path

import av
import numpy as np
import pytest

from model.networks import checkpoint
from model.networks.attention import AttentionModel

FRAMES = 40


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 frames of 96x64 at 20 fps: a bright square that crosses a dark ground, then jumps back."""
    path = tmp_path_factory.mktemp("clip") / "square.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=20)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for index in range(FRAMES):
            frame_HWC = np.full((64, 96, 3), 40, np.uint8)
            left = 2 * (index % 25)
            frame_HWC[20:40, left : left + 20] = (230, 200, 90)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame_HWC, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of random weights: enough to run, not to mean anything."""
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    model = AttentionModel.untrained(seed=0)
    checkpoint.save(path, model.front, model.rtsae, {"trained_on": "nothing"})
    return path

"""What analysing a clip takes in memory, parent and decoder together, and that it decodes once.

With `-s` it prints the figure of docs/performance.md.
"""

import json
import sys
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pytest

from model.methods import registry
from tests.clips import shot, write_clip
from tests.memory import taken_by

pytestmark = pytest.mark.slow

FRAMES = 2_600
MOST = 700_000_000  # bytes


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """52 shots of 640 x 360 in 23 s. The first frames are slow: there each is an attention step, as
    many as one batch can hold; then a step comes every 15 frames."""
    pace_T = np.full(FRAMES // 52, 1.5)
    shots = [frame for scene in (0, 1) for frame in shot(scene, pace_T, pace_T, 640, 360)]
    times_T = np.append(0, np.repeat([1 / 10, 1 / 150], [64, FRAMES - 65]).cumsum())
    path = tmp_path_factory.mktemp("long") / "edited.mp4"
    frames = chain.from_iterable(repeat(shots, 26))
    return write_clip(path, frames, times=times_T.tolist(), options={"preset": "ultrafast"})


@pytest.mark.exhaustive
def test_all_methods_and_the_recogniser_decode_once_within_700_mb(edited, tmp_path):
    found = tmp_path / "found.json"
    program = Path(sys.executable).with_name("kairoscope")
    taken = taken_by([program, "analyze", edited, "--methods", "all", "--json", found])
    peaks = " and ".join(f"{peak / 1e6:.0f}" for _, peak in taken.peaks.values())
    print(f"\n{taken.total / 1e6:.0f} MB: {peaks} of the processes")
    analysis = json.loads(found.read_text())
    assert analysis["video"]["frames"] == FRAMES
    assert set(analysis["methods"]) == set(registry())
    assert analysis["recognition"], "the network is part of what is measured"
    assert taken.started("decode_child") == 1
    assert taken.total < MOST, taken.peaks

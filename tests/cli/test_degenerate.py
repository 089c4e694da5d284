"""Every method, the shipped network with them, on files that show little and on a long one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from app.cli import Exit, main
from model.analyze import analyze
from model.methods import registry
from model.networks.attention import AttentionModel
from model.types import Analysis
from model.video.flow import FlowAlgorithm
from tests.clips import write_clip
from tests.sound import assert_every_method_is_sound

pytestmark = pytest.mark.slow

HEIGHT, WIDTH = 48, 64
SHOTS, LENGTH = 16, 1_250  # 20,000 frames


def analysed(*arguments: object) -> list[Analysis]:
    """What `analyze` of all methods says: the gate is the shipped one, as no other is named."""
    folder = Path(str(arguments[0])).parent
    command = ["analyze", *arguments, "--methods", "all", "--recognizer", "none"]
    assert main([*map(str, command), "--json", str(folder / "found.jsonl")]) == Exit.DONE
    lines = (folder / "found.jsonl").read_text().splitlines()
    return [Analysis.from_json(json.loads(line)) for line in lines]


def pictures() -> dict[str, list[NDArray[np.uint8]]]:
    """The frames of each clip."""
    noise_THWC = np.random.default_rng(3).integers(0, 256, (12, HEIGHT, WIDTH, 3), np.uint8)
    return {
        "one": list(noise_THWC[:1]),
        "two": list(noise_THWC[:2]),
        "constant": [noise_THWC[0]] * 12,
        "black": [np.zeros_like(noise_THWC[0])] * 12,
        "noise": list(noise_THWC),
    }


def test_every_method_has_keyframes_of_clips_that_show_next_to_nothing(tmp_path: Path) -> None:
    made = pictures()
    files = [
        write_clip(tmp_path / f"{name}.mkv", frames, codec="ffv1", pixel_format="bgr0")
        for name, frames in made.items()
    ]
    for analysis, frames in zip(analysed(*files), made.values(), strict=True):
        assert analysis.clip.info.frames == len(frames)
        assert_every_method_is_sound(analysis)


def edited() -> Iterator[NDArray[np.uint8]]:
    """Shots of 32 x 32, each of its own texture, over which a square grows bright and dark."""
    for scene in range(SHOTS):
        texture = np.random.default_rng(scene).integers(0, 256, (4, 4, 3), np.uint8)
        frame_HWC = texture.repeat(8, axis=0).repeat(8, axis=1)
        for t in range(LENGTH):
            frame_HWC[8:24, 8:24] = abs(t % 500 - 250)
            yield frame_HWC


def small_flow(name: str) -> FlowAlgorithm:
    """The optical flow of a quarter of each side: at full size it would take most of the time."""
    solver: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)

    def solve(previous_HW: NDArray[np.uint8], next_HW: NDArray[np.uint8]) -> Any:
        small = [image_HW[::4, ::4].copy() for image_HW in (previous_HW, next_HW)]
        return 4 * solver.calc(*small, None).repeat(4, axis=0).repeat(4, axis=1)

    return FlowAlgorithm(name, solve)


@pytest.mark.exhaustive
def test_every_method_has_keyframes_of_twenty_thousand_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network looks once in ten seconds, for the same reason as the flow is small."""
    monkeypatch.setattr("model.analyze.make_flow", small_flow)
    path = write_clip(tmp_path / "long.mkv", edited(), options={"preset": "ultrafast"})
    analysis = analyze(
        path,
        [method() for method in registry().values()],
        attention=AttentionModel.load(device="cpu"),
        steps_per_second=0.1,
    )
    assert analysis.clip.info.frames == SHOTS * LENGTH
    assert_every_method_is_sound(analysis)

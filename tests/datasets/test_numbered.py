"""Numbered clips: each frame that a decoder gives says which one it is, at its own time."""

from pathlib import Path

import numpy as np
import pytest

from model.datasets.numbered import Digits, write_numbered
from model.video.decode import open_clip

DIGITS = Digits(bits=6, block=16)


def read(path: Path, digits: Digits) -> tuple[list[int], list[float]]:
    """The numbers that the decoded frames spell, and their times."""
    numbers = []
    with open_clip(path) as stream:
        for batch in stream:
            side = batch.frames_NHWC.shape[1]
            foot_NW = batch.frames_NHWC[:, side - 4, :, 0] > 127
            middles = ((np.arange(digits.bits) + 0.5) * side / digits.bits).astype(int)
            numbers += (foot_NW[:, middles] << np.arange(digits.bits)).sum(1).tolist()
    return numbers, stream.clip.times_T.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("hidden", [0, 12])
def test_frames_spell_their_numbers_at_their_times(tmp_path: Path, hidden: int) -> None:
    times = np.cumsum(np.resize([0.04, 0.1, 0.02], 40))
    path = write_numbered(tmp_path / "n.mp4", times.tolist(), DIGITS, hidden=hidden)
    numbers, seconds = read(path, DIGITS)
    assert numbers == list(range(hidden, 40))
    assert seconds == pytest.approx(times[hidden:] - times[hidden], abs=1e-4)


def test_a_number_must_fit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="65 frames cannot be told apart by 6 bits"):
        write_numbered(tmp_path / "n.mp4", [float(t) for t in range(65)], DIGITS)


def test_the_seed_decides_the_picture(tmp_path: Path) -> None:
    first, again, other = (
        write_numbered(tmp_path / f"{n}.mp4", [0.0, 0.1], DIGITS, seed=seed).read_bytes()
        for n, seed in enumerate((1, 1, 2))
    )
    assert first == again
    assert first != other

"""I3D: its windows, and the known answers of the real network on real clips."""

from pathlib import Path

import numpy as np
import pytest

from app.cli.options import deployment_settings
from model.analyze import analyze
from model.features.types import Shots
from model.methods import registry as methods
from model.recognisers.i3d import I3DRecogniser, windows
from model.weights import registry as weights


@pytest.mark.parametrize("count", [1, 2, 5, 7, 8])
def test_few_images_are_held_equally_long_in_order(count):
    [window_T] = windows(count, 8)
    assert (np.diff(window_T) >= 0).all()
    held = np.bincount(window_T, minlength=count)
    assert held.min() >= 1
    assert held.max() - held.min() <= 1


@pytest.mark.parametrize(("count", "number"), [(9, 2), (16, 2), (17, 3), (100, 13)])
def test_many_images_are_all_seen_in_as_few_windows_as_can_be(count, number):
    window_WT = windows(count, 8)
    assert window_WT.shape == (number, 8)
    assert (np.diff(window_WT, axis=1) == 1).all()
    assert np.unique(window_WT).tolist() == list(range(count))


@pytest.mark.slow
def test_windows_average_their_logits():
    recogniser = I3DRecogniser.untrained()
    rgb = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), np.uint8)
    session = recogniser.open(Shots(np.arange(16), np.arange(16) / 25, rgb))
    both = np.log(session.whole().probability_C)
    each = [np.log(session._on(np.arange(start, start + 8)).probability_C) for start in (0, 8)]
    difference = both - np.mean(each, axis=0)
    np.testing.assert_allclose(difference, difference[0], atol=1e-5)  # but for the normalisation


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clip", "action", "least"),
    [
        ("BreastStroke/v_BreastStroke_g01_c01.avi", "swimming breast stroke", 0.8),
        ("Basketball/v_Basketball_g01_c01.avi", "shooting basketball", 0.6),
    ],
)
def test_real_clips_are_recognised(real_data: Path, clip: str, action: str, least: float) -> None:
    path = weights.get("i3d-kinetics400").path(deployment_settings().data_dir / "weights")
    if not path.is_file():
        pytest.skip("needs weights: kairoscope weights pull i3d-kinetics400")
    found = analyze(
        real_data / "ucf101" / clip, [methods()["uniform"]()], recogniser=I3DRecogniser.load(path)
    ).recognition
    best = found["whole"]["top"][0]
    assert best["label"] == action
    assert best["probability"] > least

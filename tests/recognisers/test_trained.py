"""Recognisers that users train: their checkpoints come back, and their frames are those stated."""

from dataclasses import asdict

import numpy as np
import pytest
import torch

from model.errors import InvalidCheckpoint
from model.features.descriptors.motion import Motion
from model.features.types import FrameBatch, Shots
from model.networks.recognition_checkpoint import Stored, write
from model.recognisers import registry
from model.recognisers.arch import motion, sms_steps
from model.recognisers.c3d import around, side_by_side
from model.video.flow import quantise_flow

TRAINED = ("arch", "c3d", "rtsae-dscnn", "two-stream")


def saved(recogniser, folder, card):
    """Its checkpoint, as a trainer writes it."""
    network = recogniser.network
    parts = {}
    if recogniser.name == "rtsae-dscnn":
        parts["recipe"] = asdict(network.front.recipe)
        parts["architecture"] = asdict(network.encoder.config)
    config, tensors = asdict(network.config), dict(network.state_dict())
    path = folder / f"{recogniser.name}.safetensors"
    write(path, Stored(recogniser.name, config, tensors, card, **parts))
    return path


def noise(recogniser, S=20):
    images = np.random.default_rng(0).integers(0, 256, (2, S, recogniser.size, recogniser.size, 3))
    rgb, flow = images.astype(np.uint8)
    return Shots(np.arange(S), np.arange(S) / 10, rgb, flow)


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_a_checkpoint_comes_back_as_it_was(name, tmp_path):
    before = registry()[name].untrained(seed=1)
    after = registry()[name].load(
        saved(before, tmp_path, {"max_steps": 20, "data": {"name": "mine"}})
    )
    assert (after.classes, after.trained_on) == (before.classes, "mine")
    assert after.weights_name == name
    assert len(after.sha256) == 64
    shots, index_K = noise(before), np.array([3, 11])
    np.testing.assert_allclose(
        after.open(shots).on(index_K).probability_C,
        before.open(shots).on(index_K).probability_C,
        rtol=2e-2,  # a front end is stored in half precision
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_many_sets_of_steps_are_named_as_each_alone(name):
    session = registry()[name].untrained(seed=2).open(noise(registry()[name].untrained(), 12))
    choices = [np.array([2]), np.array([0, 5, 11]), np.arange(12)]
    for step_M, among in zip(choices, session.each(choices), strict=True):
        alone = session.on(session.shots.index_S[step_M])
        np.testing.assert_allclose(among.probability_C, alone.probability_C, rtol=1e-5)
        np.testing.assert_array_equal(among.step_M, alone.step_M)
        assert among.multiply_adds == alone.multiply_adds


@pytest.mark.slow
def test_a_stream_alone_is_the_network_without_the_others_features():
    recogniser = registry()["rtsae-dscnn"].untrained(seed=2)
    session, head = recogniser.open(noise(recogniser, 12)), recogniser.network.head
    assert session.fusion == pytest.approx(np.log1p(np.exp(head.rho.item())))
    step_M = session.whole().step_M
    maps = recogniser.network.maps(*(torch.from_numpy(x) for x in (
        session.shots.rgb_SHWC, session.shots.flow_SHWC)))  # fmt: skip
    z_s, z_t = recogniser.network.beyond(maps[0][step_M], maps[1][step_M])
    gate = torch.ones(1, len(step_M))
    for name, pair in {
        "S-Net": (z_s, torch.zeros_like(z_t)),
        "T-Net": (torch.zeros_like(z_s), z_t),
    }.items():
        with torch.no_grad():
            expected = head(pair[0][None], pair[1][None], gate)[0].softmax(0)
        found = session.streams()[name].probability_C
        np.testing.assert_allclose(found, expected.double().numpy(), rtol=1e-5)
    assert (
        registry()["arch"].untrained().open(noise(registry()["arch"].untrained())).streams() == {}
    )


@pytest.mark.parametrize("name", TRAINED)
def test_the_checkpoint_of_another_is_refused(name, tmp_path):
    other = "c3d" if name != "c3d" else "two-stream"
    path = saved(registry()[other].untrained(), tmp_path, {})
    with pytest.raises(InvalidCheckpoint, match=f"got {other}"):
        registry()[name].load(path)


def test_cards_say_how_clips_are_fed(tmp_path):
    card = {"recipe": {"steps_per_second": 6, "flow": "tvl1"}, "max_steps": 7, "max_keyframes": 3}
    load = {
        name: registry()[name].load(saved(registry()[name].untrained(), tmp_path, card))
        for name in TRAINED
    }
    assert load["arch"].steps_per_second == load["c3d"].steps_per_second == 6
    assert load["two-stream"].flow == "tvl1"
    assert load["arch"].most_keyframes == 3
    assert len(load["two-stream"].open(noise(load["two-stream"])).shots) == 7
    assert len(load["rtsae-dscnn"].open(noise(load["rtsae-dscnn"])).shots) == 7


@pytest.mark.parametrize(
    ("steps", "S", "starts"),
    [
        ([20], 64, [12]),
        ([0], 64, [0]),
        ([63], 64, [48]),
        ([20, 27], 64, [12]),  # the second lies in the cube of the first
        ([20, 30], 64, [12, 28]),  # a cube starts where the one before ends
        ([3], 10, [0]),
        (list(range(64)), 64, [0, 16, 32, 48]),
    ],
)
def test_cubes_of_c3d_lie_around_keyframes(steps, S, starts):
    place_MD = around(np.array(steps), S)
    assert place_MD[:, 0].tolist() == starts
    assert place_MD.shape[1] == 16
    assert set(steps) <= set(place_MD.flatten().tolist())
    assert place_MD.max() <= S - 1
    assert len(place_MD) <= len(side_by_side(S))


@pytest.mark.parametrize(("S", "cubes"), [(1, 1), (16, 1), (17, 2), (64, 4)])
def test_cubes_side_by_side_hold_every_step(S, cubes):
    place_MD = side_by_side(S)
    assert place_MD.shape == (cubes, 16)
    assert np.unique(place_MD).tolist() == list(range(S))


def test_motion_of_flow_images_is_that_of_the_flow_itself():
    flows = np.random.default_rng(0).normal(0, 3, (4, 16, 16, 2)).astype(np.float32)
    descriptor = Motion()
    descriptor.update(FrameBatch(0, np.arange(4.0), np.zeros((4, 16, 16, 3), np.uint8), flows))
    level = 40 / 255  # of the quantisation, in pixels
    np.testing.assert_allclose(motion(quantise_flow(flows)), descriptor.finish(), atol=level)


def test_arch_takes_the_peaks_of_motion():
    """Ten steps a second; bursts at 1.2 s and 3.2 s."""
    S, flow = 50, np.full((50, 8, 8, 3), 128, np.uint8)
    for peak in (12, 32):
        flow[peak, :3] = 255
    shots = Shots(np.arange(S), np.arange(S) / 10, np.zeros((S, 8, 8, 3), np.uint8), flow)
    assert sms_steps(shots, flow).tolist() == [12, 32]

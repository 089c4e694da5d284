"""The attention model on a clip, and its checkpoints."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.errors import InvalidCheckpoint, InvalidParameter
from model.features.types import FrameBatch
from model.networks import attention, checkpoint
from model.networks.attention import AttentionModel, ClipGate
from model.networks.frontend import Recipe
from model.networks.threads import one_thread
from tests.marks import quick

RECIPE = Recipe(position=1, size=32)


@pytest.fixture(scope="module")
def model():
    return AttentionModel.untrained(0, RECIPE)


def clip(T=60, fps=25.0, seed=0):
    rng = np.random.default_rng(seed)
    frames = rng.integers(0, 255, (T, 224, 224, 3), np.uint8)
    return np.arange(T) / fps, frames, np.zeros((T, 224, 224, 2), np.float32)


def run(model, cuts, rate=None):
    times, frames, flows = clip()
    attention = model.begin(rate)
    partials = []
    for start, end in zip([0, *cuts], [*cuts, len(times)], strict=True):
        part = slice(start, end)
        attention.update(FrameBatch(start, times[part], frames[part], flows[part]))
        partials.append(attention.partial())
    return attention.finish().scores(), partials


@pytest.mark.slow
def test_batching_changes_nothing_and_partial_scores_are_those_of_the_end(model):
    whole, _ = run(model, [])
    pieces, partials = run(model, [7, 20, 33])
    np.testing.assert_array_equal(whole.index_S, pieces.index_S)
    np.testing.assert_allclose(whole.gate_S, pieces.gate_S, atol=1e-5)
    known = partials[-1]
    S = len(known.index_S)
    assert 0 < S < len(whole.index_S)
    np.testing.assert_allclose(known.gate_S, whole.gate_S[:S], atol=1e-5)
    assert known.phi_S.sum() == pytest.approx(1)


def test_the_layers_before_the_gate_compute_in_the_precision_asked_for():
    whole, reduced = (AttentionModel.untrained(0, RECIPE) for _ in range(2))
    reduced.precision = "bfloat16"
    _, frames, flows = clip(4)
    x_ND, y_ND = (model.features(frames, flows) for model in (whole, reduced))
    assert x_ND.dtype == y_ND.dtype == torch.float32
    assert 0 < (x_ND - y_ND).abs().max() < 0.05
    assert torch.equal(whole.features(frames, flows), x_ND)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "expected"), quick(3, [(10, 24), (5, 12), (1, 3), (25, 60), (0, 60)])
)
def test_steps_come_at_the_rate_asked_for(model, rate, expected):
    scores, _ = run(model, [], rate)
    assert len(scores.index_S) == expected
    assert scores.index_S[0] == 0
    if rate:
        assert np.abs(np.diff(scores.time_S) - 1 / rate).max() <= 0.5 / rate + 0.04


@pytest.mark.slow
def test_the_first_step_opens_and_a_dearer_price_opens_no_more(model):
    times, frames, flows = clip()
    attention = model.begin()
    attention.update(FrameBatch(0, times, frames, flows))
    gate = attention.finish()
    counts = [int(gate.scores(0.5, price).open_S.sum()) for price in (1e-3, 1, 1e3)]
    assert all(gate.scores(t).open_S[0] for t in (0.1, 0.5, 0.999))
    assert counts[0] >= counts[1] >= counts[2] >= 1


def test_a_rate_out_of_range_is_refused(model):
    with pytest.raises(InvalidParameter, match="steps per second"):
        model.begin(-1)


def test_cost_counts_closed_steps_only_to_the_gate(model):
    every, some, none = (model.compute(10, M) for M in (10, 4, 0))
    assert every["spent"] == every["full"]
    assert every["saved_share"] == 0
    assert none["spent"] == 10 * model.front.multiply_adds()
    assert some["spent"] - none["spent"] == 4 * some["after_gate_per_step"]


@pytest.mark.slow
def test_a_checkpoint_comes_back_as_it_was_saved(model, tmp_path):
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, model.front, model.rtsae, {"data": ["x"]})
    loaded = AttentionModel.load(path)
    assert loaded.recipe == RECIPE
    assert loaded.card == {"data": ["x"]}
    assert len(loaded.sha256) == 64
    for name, tensor in model.rtsae.state_dict().items():
        torch.testing.assert_close(loaded.rtsae.state_dict()[name], tensor)
    first = model.front.streams.flow_first.weight
    torch.testing.assert_close(loaded.front.streams.flow_first.weight, first.half().float())


def test_a_long_clip_in_blocks_gives_the_same_as_in_one(model, monkeypatch):
    torch.manual_seed(0)
    x = torch.randn(70, 128) * 0.35
    gate = ClipGate(model, np.arange(70), np.arange(70) / 10, x).scores(0.5, 0.7)
    monkeypatch.setattr(attention, "BLOCK", 16)
    blocks = ClipGate(model, np.arange(70), np.arange(70) / 10, x).scores(0.5, 0.7)
    np.testing.assert_allclose(gate.gate_S, blocks.gate_S, atol=1e-6)
    np.testing.assert_allclose(gate.phi_S, blocks.phi_S, atol=1e-6)


def test_metadata_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    metadata = {"format": checkpoint.FORMAT, "recipe": '{"colour": 1}', "architecture": "{}"}
    save_file({"a": torch.ones(1)}, path, metadata)
    with pytest.raises(InvalidCheckpoint, match="metadata cannot be read"):
        AttentionModel.load(path)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(InvalidCheckpoint, match="no checkpoint"):
        AttentionModel.load(tmp_path / "absent.safetensors")
    pickled = tmp_path / "pickle.safetensors"
    torch.save({"a": torch.ones(1)}, pickled)
    with pytest.raises(InvalidCheckpoint, match="not a safetensors file"):
        AttentionModel.load(pickled)
    other = tmp_path / "other.safetensors"
    save_file({"a": torch.ones(1)}, other, {"format": "something"})
    with pytest.raises(InvalidCheckpoint, match="wanted kairoscope/attention@1"):
        AttentionModel.load(other)


def test_a_checkpoint_with_missing_tensors_is_refused(model, tmp_path):
    path = tmp_path / "a.safetensors"
    checkpoint.save(path, model.front, model.rtsae, {})
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    save_file({"front.mean": torch.zeros(128)}, path, metadata)
    with pytest.raises(InvalidCheckpoint, match="damaged"):
        AttentionModel.load(path)
    assert json.loads(metadata["recipe"])["position"] == 1


def test_the_shipped_checkpoint_says_what_it_is():
    model = AttentionModel.load()
    assert model.position == "p3"
    assert model.steps_per_second == 10
    assert model.card["data"]
    assert model.card["command"]
    assert checkpoint.SHIPPED.stat().st_size <= 8_000_000


def test_the_recursion_leaves_the_threads_as_they_were():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)

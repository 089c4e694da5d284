"""Recogniser checkpoints: round trips, precision, and every way a file can be wrong."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from model.errors import InvalidCheckpoint
from model.networks import checkpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.recognition_checkpoint import FORMAT, Stored, fill, load, read, save, write
from model.weights.cards import describe

CLASSES = ("jump", "throw", "run")
SMALL = DSCNNConfig(CLASSES, position=2, widths=((4,) * 3,) * 3, cam=6, fusion=6, hidden=5, size=32)


def network():
    torch.manual_seed(0)
    model = RTSAEDSCNN.untrained(SMALL).eval()
    model.front.channel_scale.uniform_(0.5, 2)
    model.front.streams.half().float()
    return model


@pytest.fixture
def path(tmp_path) -> Path:
    save(tmp_path / "mine.safetensors", network(), {"data": "none", "licence": "MIT"})
    return tmp_path / "mine.safetensors"


def test_a_network_comes_back_as_it_was(path):
    before, (after, card) = network(), load(path)
    assert card == {"data": "none", "licence": "MIT"}
    assert (after.config, after.front.recipe) == (SMALL, before.front.recipe)
    assert after.encoder.config == before.encoder.config
    frames, flows = torch.randint(0, 255, (2, 6, 32, 32, 3), dtype=torch.uint8)
    answers = []
    for model in (before, after):
        with torch.no_grad():
            x_s, x_t, pooled = model.maps(frames, flows)
            opened = model.open_steps(model.front.standardise(pooled))
        answers.append((opened, model.recognise(x_s, x_t, opened)))
    assert torch.equal(answers[0][0], answers[1][0])
    torch.testing.assert_close(answers[0][1], answers[1][1])
    assert not after.training
    assert not any(parameter.requires_grad for parameter in after.parameters())
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_only_the_convolutions_of_the_front_are_halved(path):
    tensors = load_file(path)
    half = {name for name, tensor in tensors.items() if tensor.dtype == torch.float16}
    assert half == {name for name in tensors if name.startswith("front.streams.")}
    assert half
    for name, tensor in network().encoder.state_dict().items():
        assert torch.equal(tensors[f"encoder.{name}"], tensor)


def test_the_header_says_what_the_file_is(path):
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    assert (metadata["format"], metadata["kind"]) == (FORMAT, "rtsae-dscnn")
    described = describe(path)
    assert described.recipe["position"] == 2
    assert described.architecture["layers"] == 2
    assert described.card["licence"] == "MIT"


def test_streams_may_be_halved_too(tmp_path, path):
    smaller = tmp_path / "half.safetensors"
    save(smaller, network(), {}, half_streams=True)
    half = {name for name, tensor in load_file(smaller).items() if tensor.dtype == torch.float16}
    assert {name.split(".")[0] for name in half} == {"front", "s_tail", "t_tail"}
    x_s, x_t = torch.rand(2, 4, 128, 8, 8)
    full, rounded = (
        load(file)[0].recognise(x_s, x_t, torch.ones(4, dtype=torch.bool))
        for file in (path, smaller)
    )
    torch.testing.assert_close(full, rounded, atol=2e-3, rtol=0)


@pytest.mark.parametrize("position", [2, 3])
def test_the_compact_configuration_may_ship(tmp_path, position):
    classes = tuple(str(number) for number in range(101))
    save(tmp_path / "x", RTSAEDSCNN.untrained(DSCNNConfig.compact(classes, position)), {})
    assert (tmp_path / "x").stat().st_size < 20e6


def test_arch_comes_back_as_it_was(tmp_path):
    torch.manual_seed(0)
    before = ARCH(ARCHConfig(CLASSES, channels=(2, 2, 2, 2, 2), hidden=4, size=32)).eval()
    save(tmp_path / "arch.safetensors", before, {"keyframes": "sms"})
    after, card = load(tmp_path / "arch.safetensors")
    cubes = torch.randint(0, 255, (2, 6, 32, 32, 3), dtype=torch.uint8)
    torch.testing.assert_close(before.recognise(cubes), after.recognise(cubes))
    assert (after.config, card) == (before.config, {"keyframes": "sms"})


def test_other_kinds_are_stored_and_named_where_they_do_not_belong(tmp_path):
    path, layer = tmp_path / "two.safetensors", torch.nn.Linear(3, 2)
    write(path, Stored("two-stream", {"stack": 10}, layer.state_dict(), {"data": "x"}))
    stored = read(path)
    assert (stored.kind, stored.config, stored.card) == ("two-stream", {"stack": 10}, {"data": "x"})
    other = torch.nn.Linear(3, 2)
    fill(path, other, stored.tensors)
    assert torch.equal(other.weight, layer.weight)
    with pytest.raises(InvalidCheckpoint, match="wanted rtsae-dscnn or arch, got two-stream"):
        load(path)


def broken(path: Path, how: str) -> None:
    """Damage the file in one way."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    if how == "cut short":
        path.write_bytes(path.read_bytes()[:-100])
    elif how == "pickled":
        path.write_bytes(pickle.dumps({"weight": [1, 2]}))
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "a folder":
        path.unlink()
        path.mkdir()
    elif how == "missing":
        path.unlink()
    elif how == "of another kind of model":
        save_file(tensors, path, {**metadata, "format": checkpoint.FORMAT})
    elif how == "without a format":
        save_file(tensors, path)
    elif how == "without its configuration":
        save_file(tensors, path, {k: v for k, v in metadata.items() if k != "config"})
    elif how == "of an unknown setting":
        save_file(tensors, path, {**metadata, "config": '{"widths": [], "classes": [], "x": 1}'})
    elif how == "not JSON":
        save_file(tensors, path, {**metadata, "recipe": "{"})
    elif how == "not an object":
        save_file(tensors, path, {**metadata, "recipe": "[1]"})
    elif how == "lacking a tensor":
        del tensors["head.fc7.weight"]
        save_file(tensors, path, metadata)
    else:
        save_file({**tensors, "head.fc7.weight": torch.ones(2, 2)}, path, metadata)


WAYS = [
    "cut short",
    "pickled",
    "empty",
    "a folder",
    "missing",
    "of another kind of model",
    "without a format",
    "without its configuration",
    "of an unknown setting",
    "not JSON",
    "not an object",
    "lacking a tensor",
    "of another shape",
]


@pytest.mark.parametrize("how", WAYS)
def test_a_file_that_is_wrong_is_refused_with_a_hint(path, how):
    broken(path, how)
    with pytest.raises(InvalidCheckpoint) as refused:
        load(path)
    assert refused.value.hint
    assert "mine.safetensors" in refused.value.message

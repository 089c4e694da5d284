"""VGG-16 from either of its files: the same network, and nothing but arrays is ever read."""

import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.errors import InvalidCheckpoint
from model.networks.vgg import VggBlocks
from model.weights import vgg16


@pytest.fixture
def pickled(tmp_path):
    """A package's file with these layers."""

    def write(layers):
        path = tmp_path / "vgg16.ckpt"
        path.write_bytes(pickle.dumps({"VGG16_0": layers}))
        return path

    return write


def layers_of(network):
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    return {
        f"Conv_{i}": {
            "kernel": c.weight.detach().numpy().transpose(2, 3, 1, 0).copy(),
            "bias": c.bias.detach().numpy(),
        }
        for i, c in enumerate(convolutions)
    }


@pytest.mark.slow
def test_conversion_gives_the_same_network(pickled):
    torch.manual_seed(0)
    network = VggBlocks(5)
    state = vgg16.convert(pickled(layers_of(network)))
    assert state.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(state[name], tensor)


@pytest.mark.slow
def test_torchvisions_file_gives_the_same_network(tmp_path):
    torch.manual_seed(0)
    network, state, place = VggBlocks(5), {}, 0
    for block in network.convolutions:
        for convolution in block:
            state[f"features.{place}.weight"] = convolution.weight.detach()
            state[f"features.{place}.bias"] = convolution.bias.detach()
            place += 2  # a ReLU follows
        place += 1  # a pooling
    state["classifier.0.weight"] = torch.zeros(2, 2)
    torch.save(state, tmp_path / "vgg16-397923af.pth")
    assert sorted(int(k.split(".")[1]) for k in state if k.startswith("f") and "bias" in k) == [
        0,
        2,
        5,
        7,
        10,
        12,
        14,
        17,
        19,
        21,
        24,
        26,
        28,
    ]  # fmt: skip  (torchvision's own numbers)
    found = vgg16.convert(tmp_path / "vgg16-397923af.pth")
    assert found.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(found[name], tensor)


class Evil:
    def __reduce__(self):
        return (print, ("this code must not run",))


def test_code_in_a_pickle_is_refused(pickled, tmp_path, capsys):
    with pytest.raises(InvalidCheckpoint, match=r"asks for builtins\.print"):
        vgg16.convert(pickled({"Conv_0": Evil()}))
    torch.save({"features.0.weight": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(InvalidCheckpoint, match=r"evil\.pth"):
        vgg16.convert(tmp_path / "evil.pth")
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_a_wrong_shape_is_named(pickled):
    layers = layers_of(VggBlocks(5))
    layers["Conv_3"]["kernel"] = np.zeros((3, 3, 1, 1), np.float32)
    with pytest.raises(InvalidCheckpoint, match="wanted \\(128, 128, 3, 3\\)"):
        vgg16.convert(pickled(layers))


@pytest.mark.slow
def test_what_does_not_hold_the_blocks_is_no_checkpoint_of_them(tmp_path):
    shallow, other, text = (tmp_path / name for name in ("shallow", "other", "text"))
    save_file(VggBlocks(2).state_dict(), shallow)
    misshapen = {name: tensor[:1] for name, tensor in VggBlocks(3).state_dict().items()}
    save_file({name: tensor.clone() for name, tensor in misshapen.items()}, other)
    text.write_text("no tensors")
    assert vgg16.load_blocks(shallow, 2).channels == 128
    for path in (shallow, other, text, tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidCheckpoint, match=f"{path} does not hold VGG-16") as caught:
            vgg16.load_blocks(path, 3)
        assert "kairoscope weights pull vgg16-imagenet" in caught.value.hint


def test_only_the_blocks_before_the_gate_are_loaded(tmp_path):
    torch.manual_seed(0)
    network = VggBlocks(5)
    save_file(network.state_dict(), tmp_path / "v.safetensors")
    blocks = vgg16.load_blocks(tmp_path / "v.safetensors", 2)
    assert blocks.channels == 128
    torch.testing.assert_close(blocks.convolutions[1][1].weight, network.convolutions[1][1].weight)

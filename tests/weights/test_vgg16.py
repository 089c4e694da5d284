"""Foreign pickles: only the known file, and of it only arrays."""

import hashlib
import pickle

import numpy as np
import pytest
import torch

from model.errors import InvalidCheckpoint
from model.networks.vgg import VggBlocks
from model.weights import vgg16


def pickled(layers, monkeypatch):
    """The bytes of a package file with these layers, taken for the known one."""
    content = pickle.dumps({"VGG16_0": layers})
    monkeypatch.setattr(vgg16, "SHA256", hashlib.sha256(content).hexdigest())
    return content


def layers_of(network):
    convolutions = [m for m in network.modules() if isinstance(m, torch.nn.Conv2d)]
    return {
        f"Conv_{i}": {
            "kernel": c.weight.detach().numpy().transpose(2, 3, 1, 0).copy(),
            "bias": c.bias.detach().numpy(),
        }
        for i, c in enumerate(convolutions)
    }


def test_conversion_gives_the_same_network(monkeypatch):
    torch.manual_seed(0)
    network = VggBlocks(5)
    state = vgg16.convert(pickled(layers_of(network), monkeypatch))
    assert state.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(state[name], tensor)


def test_a_file_of_another_hash_is_never_read():
    with pytest.raises(InvalidCheckpoint, match="wanted sha256 2ecbe4"):
        vgg16.convert(pickle.dumps({}))


class Evil:
    def __reduce__(self):
        return (print, ("this code must not run",))


def test_code_in_a_pickle_is_refused(monkeypatch, capsys):
    with pytest.raises(InvalidCheckpoint, match=r"asks for builtins\.print"):
        vgg16.convert(pickled({"Conv_0": Evil()}, monkeypatch))
    assert capsys.readouterr().out == ""


def test_a_wrong_shape_is_named(monkeypatch):
    layers = layers_of(VggBlocks(5))
    layers["Conv_3"]["kernel"] = np.zeros((3, 3, 1, 1), np.float32)
    with pytest.raises(InvalidCheckpoint, match="wanted \\(128, 128, 3, 3\\)"):
        vgg16.convert(pickled(layers, monkeypatch))


def test_only_the_blocks_before_the_gate_are_loaded(tmp_path):
    from safetensors.torch import save_file

    torch.manual_seed(0)
    network = VggBlocks(5)
    save_file(network.state_dict(), tmp_path / "v.safetensors")
    blocks = vgg16.load_blocks(tmp_path / "v.safetensors", 2)
    assert blocks.channels == 128
    torch.testing.assert_close(blocks.convolutions[1][1].weight, network.convolutions[1][1].weight)

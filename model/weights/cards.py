"""What a checkpoint says of itself: its header and its learned scalars, read without torch."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from model.errors import InvalidCheckpoint
from model.video.probe import sha256_of

# What a file of each format is for; one that `weights pull` wrote says so itself.
TASKS = {"kairoscope/attention@1": "attention", "kairoscope/recognition@1": "recognition"}
# Tensors whose softplus, and so much more, is a learned scalar.
SCALARS = (
    ("rtsae.encoder.gate.rho", "sigma", 1e-3),
    ("encoder.gate.rho", "sigma", 1e-3),
    ("head.rho", "w_f", 0.0),
)


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint: `recipe` makes its features, `architecture` builds the RTSAE, `card` is the
    model card. Of a recogniser `kind` names the network, and `config` builds it. `learned` are
    the scalars that mean something by themselves: `sigma`, the width of the gate (equation 7), and
    `w_f`, the weight of T-Net against S-Net (equation 16)."""

    name: str
    task: str
    sha256: str
    bytes: int
    recipe: dict[str, Any]
    architecture: dict[str, Any]
    card: dict[str, Any]
    kind: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    learned: dict[str, float] = field(default_factory=dict)


def describe(path: Path) -> Checkpoint:
    """The checkpoint at `path`. Raises InvalidCheckpoint unless it is one of this program."""
    hint = "Only what `kairoscope train` or `kairoscope weights pull` wrote is read."
    if not path.is_file():
        raise InvalidCheckpoint(f"no checkpoint at {path}", hint)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata, learned = file.metadata() or {}, _learned(file)
    except (SafetensorError, OSError) as error:
        raise InvalidCheckpoint(f"{path.name} is not a safetensors file: {error}", hint) from error
    missing = [part for part in ("recipe", "architecture", "card") if part not in metadata]
    if missing:
        raise InvalidCheckpoint(f"{path.name} does not state its {', '.join(missing)}", hint)
    task = TASKS.get(metadata.get("format", "")) or metadata.get("task")
    if task is None:
        raise InvalidCheckpoint(f"{path.name} does not state what it is for", hint)
    return Checkpoint(
        name=path.stem,
        task=task,
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        recipe=json.loads(metadata["recipe"]),
        architecture=json.loads(metadata["architecture"]),
        card=json.loads(metadata["card"]),
        kind=metadata.get("kind", ""),
        config=json.loads(metadata.get("config", "{}")),
        learned=learned,
    )


def _learned(file: Any) -> dict[str, float]:
    """The scalars of model.networks.alstm.AttentionGate and model.networks.head.Head."""
    there = set(file.keys())
    return {
        name: float(np.logaddexp(0.0, np.float64(file.get_tensor(key)))) + floor  # softplus
        for key, name, floor in SCALARS
        if key in there
    }

"""What a checkpoint says of itself: its header, read without torch."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from model.errors import InvalidCheckpoint
from model.video.probe import sha256_of

SHIPPED = Path(__file__).parent


@dataclass(frozen=True)
class Checkpoint:
    """An attention checkpoint: `recipe` makes its features, `card` is the model card."""

    name: str
    task: str
    sha256: str
    bytes: int
    recipe: dict[str, Any]
    architecture: dict[str, Any]
    card: dict[str, Any]


def describe(path: Path) -> Checkpoint:
    """The checkpoint at `path`. Raises InvalidCheckpoint unless it is one of this program."""
    hint = "Only checkpoints written by `kairoscope train` are read."
    if not path.is_file():
        raise InvalidCheckpoint(f"no checkpoint at {path}", hint)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise InvalidCheckpoint(f"{path.name} is not a safetensors file: {error}", hint) from error
    missing = [part for part in ("recipe", "architecture", "card") if part not in metadata]
    if missing:
        raise InvalidCheckpoint(f"{path.name} does not state its {', '.join(missing)}", hint)
    return Checkpoint(
        name=path.stem,
        task="attention",
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        recipe=json.loads(metadata["recipe"]),
        architecture=json.loads(metadata["architecture"]),
        card=json.loads(metadata["card"]),
    )


def shipped() -> list[Checkpoint]:
    """The checkpoints that come with the code."""
    return [describe(path) for path in sorted(SHIPPED.glob("*.safetensors"))]

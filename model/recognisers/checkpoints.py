"""Reading the checkpoint of a recogniser that its users train themselves."""

from pathlib import Path
from typing import Any

from model.errors import InvalidCheckpoint


def read_network(
    path: Path, kind: str, network: Any, config: Any, device: str
) -> tuple[Any, dict[str, Any]]:
    """`network(config.from_dict(...))` with its weights, frozen on `device`, and its card.

    Raises InvalidCheckpoint, also for a file of another kind.
    """
    from model.networks import recognition_checkpoint

    stored = recognition_checkpoint.read(path)
    if stored.kind != kind:
        cause = f"{path.name}: wanted {kind}, got {stored.kind}"
        raise InvalidCheckpoint(cause, "Choose the recogniser of that name.")
    try:
        built = network(config.from_dict(stored.config))
    except (KeyError, TypeError, ValueError) as error:
        hint = "It was written by another version, or by another program."
        cause = f"{path.name}: metadata cannot be read: {error}"
        raise InvalidCheckpoint(cause, hint) from error
    recognition_checkpoint.fill(path, built, stored.tensors, device)
    return built, stored.card

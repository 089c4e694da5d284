"""The state of an interrupted training, without pickles: safetensors and JSON."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from model.errors import InvalidParameter


def save_state(
    folder: Path,
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    history: list[dict[str, float]],
    identity: Mapping[str, Any],
    iteration: int,
    extra: Mapping[str, Any],
) -> None:
    """Write weights, optimiser and `extra` (JSON) at once; `identity` says of what run."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"network.{k}": v.contiguous() for k, v in network.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        known = {k: torch.as_tensor(v) for k, v in state.items() if v is not None}
        tensors |= {f"optimiser.{number}.{k}": v.contiguous() for k, v in known.items()}
    meta = {"iteration": iteration, "identity": identity, "history": history, "extra": extra}
    temporary = folder / "state.partial"
    save_file(tensors, temporary, {"meta": json.dumps(meta)})
    temporary.replace(folder / "state.safetensors")


def load_state(
    folder: Path,
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    history: list[dict[str, float]],
    identity: Mapping[str, Any],
) -> tuple[int, dict[str, Any]]:
    """Restore what `save_state` wrote; the iterations done and `extra`, (0, {}) for nothing.

    Raises InvalidParameter when the state is that of another run: other options, other clips,
    or the same ones in another version of the program.
    """
    path = folder / "state.safetensors"
    if not path.exists():
        return 0, {}
    tensors, meta = load_file(path), _meta(path)
    if meta["identity"] != json.loads(json.dumps(identity)):
        raise InvalidParameter(
            f"{path} belongs to an interrupted run with other options or other clips, or of another"
            " version of this program",
            "Repeat it with the same ones, or give --restart to begin anew.",
        )
    weights = {k: v for k, v in tensors.items() if k.startswith("network.")}
    network.load_state_dict({k.removeprefix("network."): v for k, v in weights.items()})
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, number, key = name.split(".", 2)
            state.setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    history.extend(meta["history"])
    return int(meta["iteration"]), meta["extra"]


def _meta(path: Path) -> Any:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return json.loads(file.metadata()["meta"])

"""What one time step costs at the sizes of a preset: untrained networks, pictures of noise.

Neither weights nor pictures change the time. Shape legend: M steps at a time, C classes.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from model.errors import InvalidParameter
from model.networks.arch import ARCH, ARCHConfig
from model.networks.cubes import DEPTH
from model.networks.dscnn import RTSAEDSCNN
from model.networks.rtsae import RTSAEConfig
from model.training.presets import Preset

TOGETHER = 4  # steps that go through at a time, as when a clip is recognised


@torch.inference_mode()
def step_cost(
    preset: Preset,
    classes: int,
    repeats: int,
    device: str = "cpu",
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Seconds (medians) and multiply-adds of a step that stops at the gate, of one that passes it,
    and of a cube, as published and at the DSCNN's own size. Raises InvalidParameter."""
    if repeats < 1:
        raise InvalidParameter(f"repeats: wanted at least 1, got {repeats}")
    torch.manual_seed(0)
    names = tuple(f"class {number}" for number in range(classes))
    parts = _dscnn(preset, names, device)
    arch = preset.arch.network(names)
    for size in sorted({arch.size, preset.recipe.size}):
        parts[f"cube at {size}"] = _cube(
            ARCHConfig(names, arch.channels, arch.hidden, size), device
        )
    for run, _ in parts.values():
        run()  # first use chooses algorithms
    seconds: dict[str, list[float]] = {name: [] for name in parts}
    for repeat in range(repeats):
        for name, (run, _) in parts.items():
            started = time.perf_counter()
            run()
            seconds[name].append((time.perf_counter() - started) / TOGETHER)
        tell(repeat + 1, repeats)
    found = {
        name: {"seconds": float(np.median(seconds[name])), "multiply_adds": cost}
        for name, (_, cost) in parts.items()
    }
    return {
        "preset": preset.name,
        "size": preset.recipe.size,
        "arch_size": arch.size,
        "repeats": repeats,
        "threads": torch.get_num_threads(),
        "parts": found,
        "steps": _steps(found),
    }


Part = tuple[Callable[[], None], int]


def _steps(parts: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Whole steps from their parts: all that a closed one needs, and an open one on top of it."""
    closed = ("front", "gate")
    found = {
        "closed": _sum(parts, closed),
        "open": _sum(parts, (*closed, "behind the gate")),
        "no gate": _sum(parts, ("front", "behind the gate")),
    }
    return found | {name: dict(row) for name, row in parts.items() if name.startswith("cube")}


def _sum(parts: Mapping[str, Mapping[str, float]], names: tuple[str, ...]) -> dict[str, float]:
    keys = ("seconds", "multiply_adds")
    return {key: sum(parts[name][key] for name in names) for key in keys}


def _dscnn(preset: Preset, classes: tuple[str, ...], device: str) -> dict[str, Part]:
    literal = preset.recipe.pool == "map"
    rtsae = RTSAEConfig.literal() if literal else RTSAEConfig()
    network = RTSAEDSCNN.untrained(preset.network(classes), preset.recipe, rtsae)
    network.to(device).eval().requires_grad_(False)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rgb, flow = (_noise(TOGETHER, preset.recipe.size, device=device) for _ in range(2))
    x_s, x_t, pooled = network.maps(rgb, flow)
    x_1MD = network.front.standardise(pooled)[None]
    cost = network.multiply_adds()

    open_M = torch.ones(TOGETHER, dtype=torch.bool, device=device)
    return {
        "front": (lambda: _wait(network.maps(rgb, flow)[2]), cost.front),
        "gate": (lambda: _wait(network.gates(x_1MD).gate_NT), cost.gate),
        "behind the gate": (
            lambda: _wait(network.recognise(x_s, x_t, open_M)),
            cost.tails + cost.head,
        ),
    }


def _cube(config: ARCHConfig, device: str) -> Part:
    network = ARCH(config).to(device).eval().requires_grad_(False)
    cubes = _noise(TOGETHER, DEPTH, config.size, device=device)
    return lambda: _wait(network.recognise(cubes)), network.multiply_adds()


def _noise(*shape: int, device: str) -> torch.Tensor:
    """uint8 pictures; the last of `shape` is their side."""
    return torch.randint(0, 256, (*shape, shape[-1], 3), dtype=torch.uint8, device=device)


def _wait(result: torch.Tensor) -> None:
    """Until an accelerator has it."""
    result.cpu()

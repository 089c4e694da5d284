"""What to watch while the gate learns: opening, spread, leakage, scale.

Shape legend: N sequences, T steps, D features.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from model.networks.rtsae import RTSAE, Trace, hard

# name: (lowest, highest) value that raises no alarm
BOUNDS = {"open_rate": (0.02, 0.90), "gate_spread": (0.01, 1.0)}


@torch.no_grad()
def measure(rtsae: RTSAE, x_NTD: Tensor, shown_NTD: Tensor, o_NTH: Tensor) -> dict[str, Tensor]:
    """Of each sequence, (N,): hard open rate, the gates' deviation, reconstruction with soft and
    with hard gates (their gap is leakage), the mean norm of o.

    `shown_NTD` and `o_NTH` are those of the trace in training; hard gates run again.
    """
    rerun = rtsae.encoder.run(x_NTD, hard())
    return {
        "open_rate": (rerun.gate_NT > 0.5).float().mean(1),
        "gate_spread": rerun.gate_NT.std(1),
        "soft_error": (rtsae.decode(shown_NTD) - x_NTD).square().sum(2).mean(1),
        "hold_error": (_held(x_NTD, rerun) - x_NTD).square().sum(2).mean(1),
        "mean_o": o_NTH.norm(dim=2).mean(1),
    }


@torch.no_grad()
def gate_shares(gate_NT: Tensor, mask_NT: Tensor) -> dict[str, Tensor]:
    """The share of a sequence's gates in each fifth of 0 to 1, (N,); `mask_NT` of bools."""
    fifth_NT = (gate_NT * 5).long().clamp(0, 4)
    length_N = mask_NT.sum(1)
    return {
        f"gates_from_{fifth / 5:.1f}": ((fifth_NT == fifth) & mask_NT).sum(1) / length_N
        for fifth in range(5)
    }


def alarms(row: Mapping[str, float]) -> tuple[str, ...]:
    """A line for each monitor of a report that left its bounds."""
    return tuple(
        f"{name} is {row[name]:.3f}, wanted {low} to {high}"
        for name, (low, high) in BOUNDS.items()
        if not low <= row[name] <= high
    )


def _held(x_NTD: Tensor, trace: Trace) -> Tensor:
    """What the memory holds after each step, (N, T, D), when inputs are held."""
    opened = trace.gate_NT > 0.5
    opened[:, 0] = True
    steps = torch.arange(x_NTD.shape[1], device=x_NTD.device).expand_as(opened)
    source = torch.where(opened, steps, 0).cummax(1).values
    return x_NTD.gather(1, source[..., None].expand_as(x_NTD))

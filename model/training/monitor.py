"""What to watch while the gate learns: opening, spread, leakage, scale, its gradient.

Shape legend: N sequences, T steps, D features.
"""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from model.networks.alstm import AttentionGate
from model.networks.rtsae import RTSAE, hard

# name: (lowest, highest) value that raises no alarm
BOUNDS = {"open_rate": (0.02, 0.90), "gate_spread": (0.01, 1.0)}


@torch.no_grad()
def measure(rtsae: RTSAE, x_NTD: Tensor, shown_NTD: Tensor, o_NTH: Tensor) -> dict[str, Tensor]:
    """Of each sequence, (N,): hard open rate, the gates' deviation, the decoder's error a step when
    it is shown what soft and what hard gates let through, by how much the latter is larger
    (`leakage`), the error of holding the input itself, the mean norm of o.

    `shown_NTD` and `o_NTH` are those of the trace in training; hard gates run again.
    """
    rerun = rtsae.encoder.run(x_NTD, hard())
    value_NTD = x_NTD if rtsae.config.hold == "input" else rerun.h_NTH
    soft_N = _error(rtsae.decode(shown_NTD), x_NTD)
    hard_N = _error(rtsae.decode(_held(value_NTD, rerun.share_NT)), x_NTD)
    return {
        "open_rate": (rerun.gate_NT > 0.5).float().mean(1),
        "gate_spread": rerun.gate_NT.std(1),
        "soft_error": soft_N,
        "hard_error": hard_N,
        "leakage": hard_N - soft_N,
        "hold_error": _error(_held(x_NTD, rerun.share_NT), x_NTD),
        "mean_o": o_NTH.norm(dim=2).mean(1),
    }


def gate_gradient(gate: AttentionGate) -> float:
    """The norm of the gradient that reached W_a and b_a; 0 where none did."""
    own = [p.grad for name, p in gate.named_parameters() if name != "rho"]
    return math.sqrt(sum(float(g.square().sum()) for g in own if g is not None))


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


def _held(value_NTD: Tensor, share_NT: Tensor) -> Tensor:
    """What the memory holds after each step, (N, T, D), where binary gates renew it."""
    steps = torch.arange(value_NTD.shape[1], device=value_NTD.device).expand_as(share_NT)
    source = torch.where(share_NT > 0.5, steps, 0).cummax(1).values
    return value_NTD.gather(1, source[..., None].expand_as(value_NTD))


def _error(k_NTD: Tensor, x_NTD: Tensor) -> Tensor:
    """|k_t - x_t|^2, the mean over the steps, (N,)."""
    return (k_NTD - x_NTD).square().sum(2).mean(1)

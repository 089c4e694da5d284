"""What to watch while the gate learns: opening, spread, leakage, scale."""

from typing import Any

import torch

from model.networks.rtsae import RTSAE, Trace, hard

# name: (lowest, highest) value that raises no alarm
BOUNDS = {"open_rate": (0.02, 0.90), "gate_spread": (0.01, 1.0)}


class Monitor:
    """Measures a batch; names what is out of bounds."""

    def __init__(self, rtsae: RTSAE) -> None:
        self.rtsae = rtsae

    @torch.no_grad()
    def measure(self, batch: tuple[Any, Trace]) -> dict[str, float]:
        """Hard open rate, gate deviation within sequences, reconstruction with soft and with hard
        gates (their gap is leakage), sigma, the mean norm of o."""
        x_NTD, trace = batch
        rerun = self.rtsae.encoder.run(x_NTD, hard())
        held = torch.zeros_like(x_NTD) if not rerun.held_NT.numel() else _held(x_NTD, rerun)
        return {
            "open_rate": float((rerun.gate_NT > 0.5).float().mean()),
            "gate_spread": float(rerun.gate_NT.std(1).mean()),
            "soft_error": float(
                (self.rtsae.decode(trace.shown_NTD) - x_NTD).square().sum(2).mean()
            ),
            "hold_error": float((held - x_NTD).square().sum(2).mean()),
            "sigma": float(self.rtsae.encoder.gate.sigma),
            "mean_o": float(trace.o_NTH.norm(dim=2).mean()),
        }

    @staticmethod
    def alarms(row: dict[str, float]) -> tuple[str, ...]:
        """A line for each monitor that left its bounds."""
        return tuple(
            f"{name} is {row[name]:.3f}, wanted {low} to {high}"
            for name, (low, high) in BOUNDS.items()
            if not low <= row[name] <= high
        )


def _held(x_NTD: torch.Tensor, trace: Trace) -> torch.Tensor:
    """What the memory holds after each step, (N, T, D), when inputs are held."""
    opened = trace.gate_NT > 0.5
    opened[:, 0] = True
    steps = torch.arange(x_NTD.shape[1], device=x_NTD.device).expand_as(opened)
    source = torch.where(opened, steps, 0).cummax(1).values
    return x_NTD.gather(1, source[..., None].expand_as(x_NTD))

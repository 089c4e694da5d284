"""The loss of equation 12, term by term, in two readings.

Shape legend: N sequences, T steps, D = H = 128. Sums run over steps, as printed; every function
returns one value per sequence, (N,), and `mask_NT` is 1 for steps that exist.

`literal` follows the print: only selected frames are reconstructed, and the binary choice of M
carries no gradient, so it is degenerate (closing every gate makes each term vanish). The default
reads the text, "utilise sparse keyframes to reconstruct the original sequence": every step is
reconstructed from what the gates let through, and the dissimilarity of keyframes is averaged
over neighbouring pairs, since as a sum it outbids the price of opening.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from model.errors import InvalidParameter


@dataclass(frozen=True)
class LossWeights:
    """mu, tau, lambda and phi of equation 12; the paper's values (section 5.1.1).

    Raises InvalidParameter for a negative one.
    """

    mu: float = 0.5
    tau: float = 0.02
    lam: float = 0.05
    phi: float = 0.8

    def __post_init__(self) -> None:
        check_weights(**asdict(self))


def check_weights(**weights: float) -> None:
    """Raises InvalidParameter for a weight of an objective that is negative or not finite."""
    for name, weight in weights.items():
        if not 0 <= weight < math.inf:
            raise InvalidParameter(
                f"{name}: wanted a finite weight of at least 0, got {weight}",
                "At 0 its term plays no part.",
                f"/{name}",
            )


def reconstruction(k_NTD: Tensor, x_NTD: Tensor, weight_NT: Tensor) -> Tensor:
    """Sum over steps of weight x |k_t - x_t|^2: `weight` is the mask, or the open gates."""
    return torch.einsum("ntd,nt->n", (k_NTD - x_NTD).square(), weight_NT)


def nuclear_norm(o_NTH: Tensor, mask_NT: Tensor) -> Tensor:
    """|O|_* of equations 8 and 9: the sum of the singular values of each T x H matrix.

    Through torch's own `svdvals`, whose gradient stays finite at repeated singular values.
    """
    with torch.autocast(o_NTH.device.type, enabled=False):
        singular_NT: Tensor = torch.linalg.svdvals((o_NTH * mask_NT[..., None]).float())
    return singular_NT.sum(1)


def annihilation(o_NTH: Tensor, mask_NT: Tensor) -> Tensor:
    """The sum over steps of |o_t|_1."""
    return (o_NTH.abs().sum(2) * mask_NT).sum(1)


def opening(gate_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """|a|_1: the sum of the soft gates."""
    return (gate_NT * mask_NT).sum(1)


def diversity_selected(h_NTH: Tensor, open_NT: Tensor) -> Tensor:
    """Sum over the M - 1 pairs of neighbouring selected steps of log(1 + |h_i - h_{i+1}|^2)."""
    sums = []
    for h_TH, open_T in zip(h_NTH, open_NT, strict=True):
        chosen = h_TH[open_T.bool()]
        sums.append(torch.log1p((chosen[1:] - chosen[:-1]).square().sum(1)).sum())
    return torch.stack(sums)


def diversity_soft(h_NTH: Tensor, gate_NT: Tensor, mask_NT: Tensor) -> Tensor:
    """The same with soft gates, averaged over pairs.

    p_t = a_t h_t + (1 - a_t) p_{t-1} stands for the previous selected state; a pair weighs a_t
    times the probability that anything was selected before.
    """
    N, T, _ = h_NTH.shape
    previous, seen = torch.zeros_like(h_NTH[:, 0]), h_NTH.new_zeros(N)
    total, pairs = h_NTH.new_zeros(N), h_NTH.new_zeros(N)
    for t in range(T):
        a = gate_NT[:, t] * mask_NT[:, t]
        weight = a * seen
        total = total + weight * torch.log1p((h_NTH[:, t] - previous).square().sum(1))
        pairs = pairs + weight
        previous = a[:, None] * h_NTH[:, t] + (1 - a[:, None]) * previous
        seen = a + (1 - a) * seen
    return total / pairs.clamp_min(1e-6)

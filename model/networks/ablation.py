"""Other ways to open the gate in training: the paper's ablations, and two that came later.

Shape legend: N sequences. Each turns soft gates a (N,) into the share g_t that counts, for the
memory, the maps (equation 13) and the classifier's state alike. Two draw, by uniform numbers
u (N,). All predict with equation 14.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from model.networks.noise import Noise
from model.networks.rtsae import Opener, hard, soft

LOW, HIGH, BETA = -0.1, 1.1, 2 / 3  # Louizos 2018


def straight_through(a_N: Tensor) -> Tensor:
    """Forward the binary gate, backward the identity (Bengio 2013; SkipRNN, Campos 2018)."""
    return a_N + ((a_N > 0.5).to(a_N) - a_N).detach()


def binary_neuron(a_N: Tensor, u_N: Tensor) -> Tensor:
    """A stochastic binary neuron: open with probability a, backward the identity (Bengio 2013)."""
    return a_N + ((u_N < a_N).to(a_N) - a_N).detach()


def hard_concrete(a_N: Tensor, u_N: Tensor) -> Tensor:
    """A stretched, clipped binary concrete variable of log-odds logit(a) (Louizos 2018).

    It is 0 or 1 with positive probability and has a gradient in between. Its median exceeds one
    half where a does, so that equation 14 needs no change.
    """
    s = torch.sigmoid((torch.logit(u_N, eps=1e-6) + torch.logit(a_N, eps=1e-6)) / BETA)
    return (s * (HIGH - LOW) + LOW).clamp(0, 1)


def hard_concrete_price(a: Tensor) -> Tensor:
    """The probability that `hard_concrete` is not 0: what the loss prices in place of a."""
    return torch.sigmoid(torch.logit(a, eps=1e-6) - BETA * math.log(-LOW / HIGH))


SURE: dict[str, Opener] = {
    "soft": soft,
    "hard": hard(),  # the paper's binary mapping in training: no gradient reaches the gate
    "straight-through": straight_through,
}
DRAWN: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary-neuron": binary_neuron,
    "hard-concrete": hard_concrete,
}
OPENERS = (*SURE, *DRAWN)


def opener_of(name: str, noise: Noise) -> Opener:
    """The opener of a name in `OPENERS`; those that draw take one number of each example a step."""
    if name in SURE:
        return SURE[name]
    drawn = DRAWN[name]
    return lambda a_N: drawn(a_N, noise.uniform(like=a_N))

"""The attention-LSTM (aLSTM) of section 3.1: an LSTM with peepholes plus a radial-basis gate.

Shape legend: N sequences, I input width, H = 128 hidden width. Unusual here: the attention gate
reads the *output gate* o_t (equation 6), not the hidden state, so that annihilating o_t closes it.
"""

import math
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

GateForm = Literal["half", "isotropic", "vector", "scalar"]
SIGMA_INIT = 2.98  # figure 4 of the paper


class State(NamedTuple):
    """Hidden state h and cell c, each (N, H)."""

    h: Tensor
    c: Tensor


class ALSTMCell(nn.Module):
    """One step of equations 1 to 5; peepholes are diagonal (Graves 2013) and o_t sees c_t."""

    def __init__(self, inputs: int, hidden: int = 128, output_bias: float = 0.0) -> None:
        super().__init__()
        self.hidden = hidden
        self.input = nn.Linear(inputs, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden, bias=False)
        self.peephole = nn.Parameter(torch.zeros(3, hidden))
        with torch.no_grad():
            self.input.bias[hidden : 2 * hidden] = 1.0  # remember at first (Jozefowicz 2015)
            self.input.bias[3 * hidden :] = output_bias

    def start(self, N: int) -> State:
        """The zero state for N sequences."""
        zero = self.peephole.new_zeros(N, self.hidden)
        return State(zero, zero)

    def forward(self, x_NI: Tensor, state: State) -> tuple[Tensor, State]:
        """Output gate o_t (N, H) and the next state."""
        i, f, g, o = (self.input(x_NI) + self.recurrent(state.h)).chunk(4, dim=1)
        p_i, p_f, p_o = self.peephole
        i = torch.sigmoid(i + p_i * state.c)
        f = torch.sigmoid(f + p_f * state.c)
        c = f * state.c + i * torch.tanh(g)
        o = torch.sigmoid(o + p_o * c)
        return o, State(o * torch.tanh(c), c)


class AttentionGate(nn.Module):
    """The gate of equations 6 and 7: 1 - exp(-|W_a o + b_a|^2 / sigma).

    Forms of W_a: `vector` (H x H, the printed norm), `scalar` (1 x H), `isotropic` (a scaled
    rotation, which leaves the norm of o alone: phi_t and a_t are then monotone in each other) and
    `half` (scaled, and zero for the second half of the units, which then add to phi_t alone: a
    moment can hold attention without being worth another keyframe).
    `b_a` starts at 0, or an annihilated o could not close the gate.
    """

    def __init__(self, hidden: int = 128, form: GateForm = "isotropic") -> None:
        super().__init__()
        self.form = form
        # The root mean square of o at which the gate is half open: that of a fresh output gate,
        # or of one that starts nearly closed (the isotropic form's cells do).
        self.units = hidden // 2 if form == "half" else hidden
        half_open = 0.25 if form in ("half", "isotropic") else 0.5
        self.rho = nn.Parameter(torch.tensor(math.log(math.expm1(SIGMA_INIT - 1e-3))))
        scale = math.sqrt(SIGMA_INIT * math.log(2) / (self.units * half_open**2))
        if form in ("half", "isotropic"):
            self.scale = nn.Parameter(torch.tensor(scale))
        else:
            rows = hidden if form == "vector" else 1
            deviation = scale / math.sqrt(rows)
            self.weight = nn.Parameter(torch.randn(rows, hidden) * deviation)
            self.bias = nn.Parameter(torch.zeros(rows))

    @property
    def sigma(self) -> Tensor:
        """The learnable width of equation 7, kept positive."""
        return nn.functional.softplus(self.rho) + 1e-3

    def forward(self, o_NH: Tensor) -> Tensor:
        """Soft gates in [0, 1), shape (N,)."""
        if self.form in ("half", "isotropic"):
            r2 = (self.scale * o_NH[:, : self.units]).square().sum(1)
        else:
            r2 = nn.functional.linear(o_NH, self.weight, self.bias).square().sum(1)
        return -torch.expm1(-r2 / self.sigma)

"""The Recurrent Temporal Sparse Autoencoder (section 3.2 of the paper), in two readings.

Shape legend: N sequences, T steps, D = H = 128, J = width of the novelty. Unusual here:

- A *hold memory* carries what the gates let through: m_t = g_t v_t + (1 - g_t) m_{t-1}. It is the
  decoder's only input, so nothing passes a closed gate. `literal` holds the hidden state h_t; the
  default holds the input x_t, which generalises to clips never seen.
- The default feeds the aLSTMs with the *novelty* of each step (see novelty.py), a look-ahead of
  under a second, so that o_t reacts to it and the gate reads o_t alone, as equation 6 says.
- The first step always opens, as the memory is empty; novelty takes it for its own memory.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.networks.alstm import ALSTMCell, AttentionGate, GateForm, State
from model.networks.novelty import eased, novelty, width, windows

# soft gates (N,) to the share g_t that counts; asked once for each step, in their order
Opener = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class RTSAEConfig:
    """Architecture. `lookahead` 0 means no novelty: the aLSTMs see x_t alone (the literal reading).

    `price` is the cost of opening, in squared feature units: what a step must save to open. It is
    lower where the clip turns, by the power `ease` of the step's contrast (0: the same everywhere).
    """

    features: int = 128
    hidden: int = 128
    layers: int = 2
    gate: GateForm = "half"
    hold: str = "input"  # or "hidden"
    lookahead: int = 8
    price: float = 4.0
    ease: float = 0.5
    output_bias: float = -1.5

    @classmethod
    def literal(cls, layers: int = 2) -> "RTSAEConfig":
        """As printed: input x_t, the hidden state held, a full W_a."""
        return cls(layers=layers, gate="vector", hold="hidden", lookahead=0, output_bias=0.0)


@dataclass(frozen=True)
class Trace:
    """What the encoder did: o, h (N, T, H), soft gates (N, T), the step each memory came from
    before step t (N, T; -1 for none), what the decoder is shown (N, T, D or H), and the share g_t
    that the opener made of the gate (N, T): that of the memory renewed, but for the first step."""

    o_NTH: Tensor
    h_NTH: Tensor
    gate_NT: Tensor
    held_NT: Tensor
    shown_NTD: Tensor
    share_NT: Tensor


@dataclass
class Carry:
    """The encoder's state between steps: layers, memory, its age in steps, its source step."""

    layers: list[State]
    memory_ND: Tensor
    age_N: Tensor
    held_N: Tensor


class Encoder(nn.Module):
    """Stacked aLSTMs with the attention gate on the top layer."""

    def __init__(self, config: RTSAEConfig) -> None:
        super().__init__()
        self.config = config
        self.J = width(config.lookahead) if config.lookahead else 0
        inputs = [config.features] + [config.hidden] * (config.layers - 1)
        self.cells = nn.ModuleList(
            ALSTMCell(size + self.J, config.hidden, config.output_bias) for size in inputs
        )
        self.gate = AttentionGate(config.hidden, config.gate)

    def start(self, N: int) -> Carry:
        """Zero states and an empty memory for N sequences."""
        states = [cell.start(N) for cell in self.cells]  # type: ignore[operator]
        width = self.config.features if self.config.hold == "input" else self.config.hidden
        zero = states[0].h.new_zeros
        held = torch.full((N,), -1, device=states[0].h.device)
        return Carry(states, zero(N, width), zero(N), held)

    def step(self, x_ND: Tensor, n_NJ: Tensor | None, carry: Carry) -> tuple[Tensor, Tensor]:
        """o_t of the top layer and the soft gate; the layers' states in `carry` move on."""
        below = x_ND
        for layer, cell in enumerate(self.cells):
            below = below if n_NJ is None else torch.cat([below, n_NJ], 1)
            o, carry.layers[layer] = cell(below, carry.layers[layer])
            below = carry.layers[layer].h
        return o, self.gate(o)

    def run(
        self,
        x_NTD: Tensor,
        opener: Opener,
        price_N: Tensor | None = None,
        carry: Carry | None = None,
        last: bool = True,
        first: int = 0,
        past_NPD: Tensor | None = None,
        length_N: Tensor | None = None,
    ) -> Trace:
        """The recursion over the steps; `opener` turns soft gates into the share renewed, which is
        all of it at the first step.

        With `carry` it goes on where an earlier run stopped (`first` numbers its first step, and
        `past_NPD` are the steps before), and with `last` False it stops where the look-ahead is
        no longer whole. `length_N`: see `windows`; what follows a sequence's end means nothing.
        """
        N = len(x_NTD)
        carry = carry or self.start(N)
        price_N = x_NTD.new_full((N,), self.config.price) if price_N is None else price_N
        ahead = None
        if self.J:
            ahead = windows(x_NTD, self.config.lookahead, last, past_NPD, length_N)
            price_NT = eased(price_N[:, None], ahead.contrast_NTC, self.config.ease)
        steps = ahead.own_NTJ.shape[1] if ahead else x_NTD.shape[1]
        rows: list[tuple[Tensor, ...]] = []
        for t in range(steps):
            x, memory = x_NTD[:, t], carry.memory_ND
            known = memory if first + t else x
            n = novelty(ahead, t, known, carry.age_N, price_NT[:, t]) if ahead else None
            o, a = self.step(x, n, carry)
            share = opener(a)
            g = share if first + t else torch.ones_like(a)
            value = x if self.config.hold == "input" else carry.layers[-1].h
            shown = torch.lerp(memory, value, a[:, None])
            rows.append((o, carry.layers[-1].h, a, carry.held_N, shown, share))
            carry.memory_ND = torch.lerp(memory, value, g[:, None])
            carry.age_N = (carry.age_N + 1) * (1 - g)
            carry.held_N = torch.where(g > 0.5, first + t, carry.held_N)
        return Trace(*(torch.stack(column, 1) for column in zip(*rows, strict=True)))


class RTSAE(nn.Module):
    """Encoder and decoder, docked by the hold memory (figure 1 of the paper)."""

    def __init__(self, config: RTSAEConfig | None = None) -> None:
        super().__init__()
        self.config = config or RTSAEConfig()
        self.encoder = Encoder(self.config)
        shown = self.config.features if self.config.hold == "input" else self.config.hidden
        inputs = [shown] + [self.config.hidden] * (self.config.layers - 1)
        self.decoder = nn.ModuleList(ALSTMCell(size, self.config.hidden) for size in inputs)

    def decode(self, shown_NTD: Tensor) -> Tensor:
        """k_t, (N, T, H): the top hidden state, read out as it is (Table 1: all are 128 wide)."""
        states = [cell.start(len(shown_NTD)) for cell in self.decoder]  # type: ignore[operator]
        rows = []
        for below in shown_NTD.unbind(1):
            for layer, cell in enumerate(self.decoder):
                _, states[layer] = cell(below, states[layer])
                below = states[layer].h
            rows.append(below)
        return torch.stack(rows, 1)


def attention_scores(o_NTH: Tensor) -> Tensor:
    """phi_t of equation 21: |o_t| over the sum of all |o_i|, (N, T)."""
    norms: Tensor = torch.linalg.vector_norm(o_NTH, dim=2)
    return norms / norms.sum(1, keepdim=True)


def soft(a_N: Tensor) -> Tensor:
    """The paper's training: the memory is renewed by the soft gate itself."""
    return a_N


def hard(threshold: float = 0.5) -> Opener:
    """Equation 14: the binary gate."""
    return lambda a_N: (a_N > threshold).to(a_N)

"""From the two streams' features to class logits: equations 15 and 16, F-Net and the gated LSTM.

Shape legend: N clips, T steps, C features of a stream, K classes.
Dividing by the maximum (equation 15) cancels the factor a_t that equation 13 puts on the maps: the
features of a half-open step equal those of an open one. The gate therefore acts on the LSTM too,
(h, c)_t = a_t LSTM + (1 - a_t) (h, c)_{t-1}, which for a_t = 0 is skipping the step.
What equation 15 leaves is much the same for all frames, and the little that differs is what counts:
F-Net therefore reads z_f centred and scaled by frozen statistics of training clips, without which
it learns an order of magnitude slower.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.networks.noise import Noise, dropout

EPS = 1e-6
STD_FLOOR = 1e-3  # a feature that hardly moves is not blown up


def normalise(z_NTC: Tensor) -> Tensor:
    """Equation 15: each vector over its own maximum; a vector of zeros stays zero."""
    return z_NTC / z_NTC.amax(-1, keepdim=True).clamp_min(EPS)


class GatedLSTM(nn.Module):
    """An LSTM whose state moves on by the share a_t of each step."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(inputs, hidden)

    def forward(self, x_NTC: Tensor, gate_NT: Tensor) -> Tensor:
        """The last hidden state, (N, hidden): that of the last step whose gate is not 0."""
        h = c = x_NTC.new_zeros(len(x_NTC), self.cell.hidden_size)
        gate_NT = gate_NT.to(self.cell.weight_ih)
        for x_NC, a_N in zip(x_NTC.unbind(1), gate_NT.unbind(1), strict=True):
            a = a_N[:, None]
            next_h, next_c = self.cell(x_NC, (h, c))
            h, c = a * next_h + (1 - a) * h, a * next_c + (1 - a) * c
        return h

    def multiply_adds(self) -> int:
        """Of one step."""
        return int(self.cell.weight_ih.numel() + self.cell.weight_hh.numel())


class Head(nn.Module):
    """Normalisation, fusion with the learned weight w_f, F-Net, LSTM and classifier."""

    mean: Tensor
    std: Tensor

    def __init__(
        self, features: int, fusion: int, hidden: int, classes: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.rho = nn.Parameter(torch.tensor(math.log(math.expm1(1.0))))  # w_f = 1
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))
        self.fc7 = nn.Linear(features, fusion)
        self.dropout = dropout
        self.lstm = GatedLSTM(fusion, hidden)
        self.classifier = nn.Linear(hidden, classes)

    @property
    def w_f(self) -> Tensor:
        """The learned weight of T-Net against S-Net (equation 16), kept positive."""
        return F.softplus(self.rho)

    def fuse(self, z_s_NTC: Tensor, z_t_NTC: Tensor) -> Tensor:
        """z_f of equation 16, (N, T, C); a_t leaves it unchanged (see above)."""
        w = self.w_f
        return F.relu((normalise(z_s_NTC) + w * normalise(z_t_NTC)) / (1 + w))

    def fit(self, z_s_MC: Tensor, z_t_MC: Tensor) -> None:
        """Set the frozen statistics from both streams' features of training steps, (M, C)."""
        z_f_MC = self.fuse(z_s_MC, z_t_MC)
        self.mean.copy_(z_f_MC.mean(0))
        self.std.copy_(z_f_MC.std(0) + STD_FLOOR)

    def forward(
        self, z_s_NTC: Tensor, z_t_NTC: Tensor, gate_NT: Tensor, noise: Noise | None = None
    ) -> Tensor:
        """Logits, (N, K). A step whose gate is 0 (closed, or padding) leaves no trace.

        F-Net's units drop out by `noise`, in training; without it none does. Of one clip, with
        several gates, the logits by each: F-Net runs on its steps once.
        """
        z_f_NTC = (self.fuse(z_s_NTC, z_t_NTC) - self.mean) / self.std
        step_NTF = F.relu(self.fc7(z_f_NTC))
        if noise is not None:
            step_NTF = dropout(step_NTF, self.dropout, noise)
        step_NTF = step_NTF.expand(len(gate_NT), -1, -1)
        logits: Tensor = self.classifier(self.lstm(step_NTF, gate_NT))
        return logits

    def multiply_adds(self) -> int:
        """Of one open step: F-Net and LSTM."""
        return self.fc7.weight.numel() + self.lstm.multiply_adds()

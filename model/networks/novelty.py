"""What a step brings that the memory lacks: the extra inputs of the default reading.

Shape legend: N sequences, T steps, D = 128 features, L look-ahead steps, J = width of the novelty.
Distances are squared and divided by the price of opening, so that a gate learned once works for
clips of any scale and at any price.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

MEANS = (2, 4, 8)  # look-ahead windows averaged, in steps; noise averages out in them


@dataclass(frozen=True)
class Windows:
    """Look-ahead of every step, computed once for a sequence.

    `ahead_NTLD` holds x_t to x_{t+L} (the last step repeated), `valid_TL` which of them exist,
    `mean_NTWD` their means over the first steps, `own_NTJ` all distances without the memory.
    """

    ahead_NTLD: Tensor
    valid_TL: Tensor
    mean_NTWD: Tensor
    own_NTJ: Tensor


def means_of(lookahead: int) -> tuple[int, ...]:
    """The lengths averaged over, in steps after the current one."""
    return (*(w for w in MEANS if w < lookahead), lookahead)


def width(lookahead: int) -> int:
    """J: distances ahead and own, those of the means, the memory's age, the share of look-ahead."""
    return (lookahead + 1) + lookahead + 2 * len(means_of(lookahead)) + 2


def windows(x_NTD: Tensor, lookahead: int, last: bool = True) -> Windows:
    """Look-ahead of each step. With `last` False only steps with a whole window are returned."""
    T = x_NTD.shape[1]
    steps = T if last else max(0, T - lookahead)
    padded = torch.cat([x_NTD, x_NTD[:, -1:].expand(-1, lookahead, -1)], 1)
    index_TL = torch.arange(steps)[:, None] + torch.arange(lookahead + 1)[None]
    ahead, valid = padded[:, index_TL], (index_TL < T).to(x_NTD)
    own = (ahead[:, :, 1:] - ahead[:, :, :1]).square().sum(-1) * valid[:, 1:]
    means = []
    for w in means_of(lookahead):
        weight = valid[:, : w + 1, None]
        means.append((ahead[:, :, : w + 1] * weight).sum(2) / weight.sum(1))
    mean = torch.stack(means, 2)
    mean_own = (mean - ahead[:, :, :1]).square().sum(-1)
    return Windows(ahead, valid, mean, torch.cat([own, mean_own], -1))


def novelty(windows: Windows, t: int, memory_ND: Tensor, age_N: Tensor, price_N: Tensor) -> Tensor:
    """n_t, (N, J): compressed distances of what follows to the memory and to x_t."""
    near = (windows.ahead_NTLD[:, t] - memory_ND[:, None]).square().sum(-1) * windows.valid_TL[t]
    mean_near = (windows.mean_NTWD[:, t] - memory_ND[:, None]).square().sum(-1)
    distances = torch.cat([near, mean_near, windows.own_NTJ[:, t]], 1) / price_N[:, None]
    share = windows.valid_TL[t].mean().expand(len(memory_ND))
    return torch.cat(
        [torch.log1p(4 * distances) / 2, torch.log1p(age_N)[:, None] / 3, share[:, None]], 1
    )

"""What a step brings that the memory lacks: the extra inputs of the default reading.

Shape legend: N sequences, T steps, D = 128 features, L look-ahead steps, J = width of the novelty.
Distances are squared. Those to the memory and ahead are divided by the price of opening, so that a
gate learned once works for clips of any scale and at any price. The *contrast* of a step, how far
what follows lies from what came before, knows no memory and no price: phi_t follows it, and the
price of opening falls with it, since a reconstruction alone keeps paying for scenery that passes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

MEANS = (2, 4, 8)  # look-ahead windows averaged, in steps; noise averages out in them
CONTRASTS = (4, 8)  # steps on either side that a contrast compares
PAST = max(CONTRASTS)
FULL_CONTRAST = 8.0  # at which attention is whole, and opening has its plain price
EASED = (1 / 8, 8.0)  # the price at most falls and rises to this share of itself


@dataclass(frozen=True)
class Windows:
    """Look-ahead of every step, computed once for a sequence.

    `ahead_NTLD` holds x_t to x_{t+L} (the last step repeated), `valid_NTL` which of them exist
    (N is 1 where all sequences are of one length), `mean_NTWD` their means over the first steps,
    `own_NTJ` all distances without the memory, `contrast_NTC` the contrasts.
    """

    ahead_NTLD: Tensor
    valid_NTL: Tensor
    mean_NTWD: Tensor
    own_NTJ: Tensor
    contrast_NTC: Tensor


def ahead_of(lookahead: int) -> int:
    """Steps that must be known after one before it can be decided."""
    return max(lookahead, *CONTRASTS) if lookahead else 0


def means_of(lookahead: int) -> tuple[int, ...]:
    """The lengths averaged over, in steps after the current one."""
    return (*(w for w in MEANS if w < lookahead), lookahead)


def width(lookahead: int) -> int:
    """J: distances ahead and own, of the means, contrasts, memory's age, share of look-ahead."""
    return (lookahead + 1) + lookahead + 2 * len(means_of(lookahead)) + len(CONTRASTS) + 2


def contrast(x_NTD: Tensor, past_NPD: Tensor | None = None) -> Tensor:
    """|mean(x_{t+1} to x_{t+w}) - mean(x_{t-w} to x_{t-1})|^2 for each w, (N, T, C).

    Beyond either end the outermost step is repeated, unless `past_NPD` tells what came before.
    """
    T = x_NTD.shape[1]
    past = x_NTD[:, :0] if past_NPD is None else past_NPD[:, -PAST:]
    missing = PAST - past.shape[1]
    earliest = torch.cat([past, x_NTD], 1)[:, :1].expand(-1, missing, -1)
    latest = x_NTD[:, -1:].expand(-1, PAST, -1)
    padded = torch.cat([earliest, past, x_NTD, latest], 1)
    sums = torch.nn.functional.pad(padded.cumsum(1), (0, 0, 1, 0))
    t = torch.arange(T) + PAST
    rows = []
    for w in CONTRASTS:
        after = (sums[:, t + 1 + w] - sums[:, t + 1]) / w
        before = (sums[:, t] - sums[:, t - w]) / w
        rows.append((after - before).square().sum(-1))
    return torch.stack(rows, -1)


def eased(price_N1: Tensor, contrast_NTC: Tensor, ease: float) -> Tensor:
    """The price of opening at each step, (N, T): lower where the clip turns, by a power `ease`."""
    turn_NT = (1 + FULL_CONTRAST) / (1 + contrast_NTC.mean(-1))
    return price_N1 * turn_NT.pow(ease).clamp(*EASED)


def windows(
    x_NTD: Tensor,
    lookahead: int,
    last: bool = True,
    past_NPD: Tensor | None = None,
    length_N: Tensor | None = None,
) -> Windows:
    """Look-ahead of each step. With `last` False only steps with a whole window are returned.

    `length_N` are the steps of sequences of several lengths, padded by repeating their last step.
    """
    T = x_NTD.shape[1]
    steps = T if last else max(0, T - ahead_of(lookahead))
    padded = torch.cat([x_NTD, x_NTD[:, -1:].expand(-1, lookahead, -1)], 1)
    index_TL = torch.arange(steps)[:, None] + torch.arange(lookahead + 1)[None]
    length = torch.tensor([T]) if length_N is None else length_N.cpu()
    ahead, valid = padded[:, index_TL], (index_TL < length[:, None, None]).to(x_NTD)
    own = (ahead[:, :, 1:] - ahead[:, :, :1]).square().sum(-1) * valid[:, :, 1:]
    means = []
    for w in means_of(lookahead):
        weight = valid[:, :, : w + 1, None]
        means.append((ahead[:, :, : w + 1] * weight).sum(2) / weight.sum(2).clamp_min(1))
    mean = torch.stack(means, 2)
    mean_own = (mean - ahead[:, :, :1]).square().sum(-1)
    contrasts = contrast(x_NTD, past_NPD)[:, :steps]
    return Windows(ahead, valid, mean, torch.cat([own, mean_own], -1), contrasts)


def novelty(windows: Windows, t: int, memory_ND: Tensor, age_N: Tensor, price_N: Tensor) -> Tensor:
    """n_t, (N, J): compressed distances of what follows to the memory and to x_t."""
    near = (windows.ahead_NTLD[:, t] - memory_ND[:, None]).square().sum(-1)
    near = near * windows.valid_NTL[:, t]
    mean_near = (windows.mean_NTWD[:, t] - memory_ND[:, None]).square().sum(-1)
    distances = torch.cat([near, mean_near, windows.own_NTJ[:, t]], 1) / price_N[:, None]
    share = windows.valid_NTL[:, t].mean(1).expand(len(memory_ND))
    compressed = torch.log1p(4 * torch.cat([distances, windows.contrast_NTC[:, t]], 1)) / 2
    return torch.cat([compressed, torch.log1p(age_N)[:, None] / 3, share[:, None]], 1)

"""Does the gate choose well? Accuracy by its steps against as many others, on the same clips.

Shape legend: T steps of a clip, M of them open, C features.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from model.networks.dscnn import RTSAEDSCNN
from model.networks.rtsae import soft
from model.training.examples import Example, collate
from model.training.sources import Source
from model.training.views import WHOLE

RANDOM_DRAWS = 5
NAMES = ("soft", "binary", "uniform", "random", "whole")


@torch.no_grad()
def compare(
    network: RTSAEDSCNN, source: Source, label_N: Sequence[int], numbers: Sequence[int]
) -> dict[str, tuple[float, float]]:
    """Sums and counts over the clips `numbers`: accuracy by soft gates, by binary ones, by as many
    uniform and random steps, by all steps; the share of steps that binary gates open."""
    sums = dict.fromkeys([*(f"validation/{name}" for name in NAMES), "validation/open_rate"], 0.0)
    for number in numbers:
        steps = np.arange(source.length_N[number])
        example = Example.of(label_N[number], WHOLE, number, steps)
        batch = collate(network, source, [example])
        x_s, x_t, mask = batch.x_s_NTCHW, batch.x_t_NTCHW, batch.mask_NT
        open_T = network.open_steps(batch.x_NTD[0])
        logits_1K = network.soft_forward(x_s, x_t, batch.x_NTD, mask, soft).logits_NK
        rng = np.random.default_rng([0, number])
        chosen = selections(open_T.cpu(), rng)
        ones_1T = mask.to(x_s)
        z_s = network.features(network.s_tail, x_s, ones_1T, mask)
        z_t = network.features(network.t_tail, x_t, ones_1T, mask)
        sums["validation/soft"] += float(logits_1K.argmax() == label_N[number])
        sums["validation/open_rate"] += float(open_T.float().mean())
        for name, gates in chosen.items():
            gate_RT = gates.to(z_s)
            R = len(gate_RT)
            logits_RK = network.head(z_s.expand(R, -1, -1), z_t.expand(R, -1, -1), gate_RT)
            right = (logits_RK.argmax(1) == label_N[number]).float().mean()
            sums[f"validation/{name}"] += float(right)
    return {name: (total, float(len(numbers))) for name, total in sums.items()}


def selections(open_T: Tensor, rng: np.random.Generator) -> dict[str, Tensor]:
    """Gates (R, T) of R variants each: the binary ones, as many uniform, as many random, all."""
    T, M = len(open_T), int(open_T.sum())
    uniform_T = torch.zeros(T)
    uniform_T[torch.from_numpy(((np.arange(M) + 0.5) * T / M).astype(int))] = 1
    random_RT = torch.zeros(RANDOM_DRAWS, T)
    for row_T in random_RT:
        row_T[torch.from_numpy(rng.choice(T, M, replace=False))] = 1
    return {
        "binary": open_T.float()[None],
        "uniform": uniform_T[None],
        "random": random_RT,
        "whole": torch.ones(1, T),
    }

"""Made-up clips for the labelled stages: maps whose meaning is known.

Shape legend: T steps, C channels, H W pixels.
"""

from dataclasses import replace

import numpy as np
import torch

from model.networks.dscnn import RTSAEDSCNN, DSCNNConfig
from model.networks.frontend import Recipe
from model.networks.rtsae import RTSAEConfig
from model.training.sources import Source

CHANNELS, SIDE = 256, 4  # of p3 at 32 pixels
EMPTY, OTHER = 16, 32  # first channels of the two patterns that say nothing of the class


class MadeClips(Source):
    """Clips of `T` steps. One step, elsewhere in each clip, shows the class; all others show one of
    two patterns that any class shows."""

    views = 1

    def __init__(self, count, T=8, classes=2, seed=0, noise=0.05):
        rng = np.random.default_rng(seed)
        self.label_N = [n % classes for n in range(count)]
        self.decisive_N = rng.integers(1, T, count)
        self.length_N = [T] * count
        shape = (count, T, CHANNELS, SIDE, SIDE)
        self.maps = rng.random(shape, np.float32) * noise
        for n in range(count):
            for t in range(T):
                first = self.label_N[n] if t == self.decisive_N[n] else None
                first = EMPTY + OTHER * rng.integers(2) if first is None else 4 * first
                self.maps[n, t, first : first + 4] += 1

    def read(self, network, picks):
        rows = [torch.from_numpy(self.maps[pick.clip, pick.step_T]) for pick in picks]
        x_s = torch.cat(rows)
        x_t = x_s.flip(3)
        return x_s, x_t, network.front.pool(x_s, x_t)


def small_network(classes=2, seed=0, dropout=0.0):
    """A network that trains in seconds; its front is frozen."""
    torch.manual_seed(seed)
    names = tuple(f"class {n}" for n in range(classes))
    compact = DSCNNConfig.compact(names)
    widths = tuple(tuple(16 for _ in block) for block in compact.widths)
    config = replace(compact, widths=widths, cam=32, fusion=32, hidden=32, size=32, dropout=dropout)
    architecture = RTSAEConfig(hidden=32, layers=1, lookahead=2)
    network = RTSAEDSCNN.untrained(config, Recipe(), architecture)
    network.front.requires_grad_(False)
    return network

"""Training sequences from cached step features: cut, spliced and mixed.

Shape legend: S steps of a clip, T steps of a sequence, D = 128. Few real clips exist, so sequences
are made from them: pieces of several clips in a row (cuts), at another rate, backwards, with the
clip's mean exchanged, the residual rescaled, and noise. `validity` needs no mask: all are full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]


@dataclass(frozen=True)
class Mixing:
    """How sequences are made; shares are probabilities, ranges are uniform."""

    shortest: int = 10
    rates: tuple[float, float] = (6.0, 14.0)
    backwards: float = 0.3
    rescaled: float = 0.5
    residual: tuple[float, float] = (0.4, 1.6)
    exchanged: float = 0.5
    noise: float = 0.05


class Sampler:
    """Draws sequences from clips given as (x_SD, time_S), at twice the usual rate."""

    def __init__(self, clips: list[tuple[Features, NDArray[np.float64]]], mixing: Mixing) -> None:
        self.clips, self.mixing = clips, mixing

    def sequence(self, T: int, rng: np.random.Generator) -> Features:
        """(T, D) features, random by `rng` alone."""
        pieces: list[Features] = []
        while sum(map(len, pieces)) < T:
            pieces.append(self._piece(T, rng))
        x_TD = np.concatenate(pieces)[:T]
        noise = rng.uniform(0, self.mixing.noise)
        return (x_TD + rng.normal(0, noise, x_TD.shape)).astype(np.float32)

    def _piece(self, T: int, rng: np.random.Generator) -> Features:
        """A stretch of one clip at a random rate, perhaps backwards, perhaps mixed."""
        mixing = self.mixing
        x_SD, time_S = self.clips[rng.integers(len(self.clips))]
        rate, phase = rng.uniform(*mixing.rates), rng.uniform(0, 0.1)
        ticks = np.arange(phase, max(time_S[-1], phase) + 1e-6, 1 / rate)
        chosen = np.unique(np.searchsorted(time_S, ticks).clip(max=len(time_S) - 1))
        length = int(rng.integers(min(mixing.shortest, T), T + 1))
        start = int(rng.integers(max(1, len(chosen) - length + 1)))
        piece = x_SD[chosen[start : start + length]]
        if rng.random() < mixing.backwards:
            piece = piece[::-1]
        return self._mixed(piece, rng) if rng.random() < mixing.rescaled else piece

    def _mixed(self, piece_TD: Features, rng: np.random.Generator) -> Features:
        """The residual about the mean rescaled, the mean perhaps that of another clip."""
        mean = piece_TD.mean(0)
        other = self.clips[rng.integers(len(self.clips))][0].mean(0)
        base = other if rng.random() < self.mixing.exchanged else mean
        return np.asarray(base + (piece_TD - mean) * rng.uniform(*self.mixing.residual), np.float32)

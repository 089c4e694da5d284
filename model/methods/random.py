"""Frames drawn at random: the baseline that looks at nothing and keeps no distance."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import own_number


@dataclass(frozen=True)
class Random(Method):
    """K different frames, each set of K as likely as any other, whatever the clip shows.

    No paper's method but the usual floor of an evaluation: what a summary reaches by luck. Every
    frame draws a number from NumPy's PCG64 generator, started by `seed`, and the K smallest are
    the keyframes. So the same seed gives the same frames of clips of the same length, and a larger
    K keeps the frames of a smaller one. Unlike uniform, two frames may be neighbours. Nothing is
    measured: there is no curve, and the scores are all 1.

    Keyframes: `count`, 8 by default, or all frames of a shorter clip. A wanted number K is met
    directly.
    """

    name: ClassVar[str] = "random"
    title: ClassVar[str] = "Random"

    count: int = parameter(8, "Keyframes when no number is asked for.", low=1, high=1000)
    seed: int = parameter(0, "Start of the random numbers.", low=0, high=2**32 - 1)

    def select(self, features: Features, k: int | None) -> Selection:
        """The k, or `count`, frames that draw the smallest numbers."""
        K, notices = (k, ()) if k else own_number(features.T, self.count)
        drawn_T = np.random.default_rng(self.seed).random(features.T)
        index_K = np.argsort(drawn_T, kind="stable")[:K]
        return Selection(index_K, np.ones(K), notices=notices)

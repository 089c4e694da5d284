"""Evenly spaced frames: the baseline."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from model.features.types import Features
from model.methods.base import Method, Selection, parameter
from model.methods.filling import midpoints, own_number


@dataclass(frozen=True)
class Uniform(Method):
    """The middle frames of K equal parts of the clip, whatever it shows.

    No paper's method but the baseline that every other has to beat: frame floor((i + 0.5) T / K)
    for i from 0 to K - 1, counted in decoded frames. Nothing is measured: there is no curve, and
    the scores are all 1.

    Keyframes: `count`, 8 by default, or all frames of a shorter clip. A wanted number K is met
    directly.
    """

    name: ClassVar[str] = "uniform"
    title: ClassVar[str] = "Uniform"

    count: int = parameter(8, "Keyframes when no number is asked for.", low=1, high=1000)

    def select(self, features: Features, k: int | None) -> Selection:
        """Midpoints of k, or of `count`, equal parts."""
        K, notices = (k, ()) if k else own_number(features.T, self.count)
        return Selection(midpoints(features.T, K), np.ones(K), notices=notices)

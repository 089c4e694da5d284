"""Cliff diving: a slow, stretched turn or none, arms spread, and the feet first into the water."""

from __future__ import annotations

import numpy as np

from model.datasets.athletics.dives import Dive, Keys
from model.datasets.athletics.diving import both

_WIDE = {"hip": -8.0, "knee": 6.0, "arm": 98.0, "elbow": 8.0}
_PENCIL = {"hip": 2.0, "knee": 3.0, "arm": 6.0, "elbow": 6.0}


class CliffDiving(Dive):
    """Feet first, stretched."""

    name = "CliffDiving"
    head_first = False
    rocky = 0.65

    def flight(self, rng: np.random.Generator) -> Keys:
        kind = rng.uniform()
        if kind < 0.35:  # upright, the arms spread, closing for the entry
            sway = float(rng.uniform(-14, 16))
            return [
                both(0.14, 6, 4, {**_WIDE, "arm": 140}),
                both(0.40, sway, 6, _WIDE),
                both(0.72, 0.5 * sway, 0, {**_WIDE, "hip": 24, "knee": 30}),
                both(0.90, 2, 0, _PENCIL),
                both(1.0, 2, 0, {**_PENCIL, "arm": 20}),
            ]
        turn = 1.0 if kind < 0.7 else -1.0  # forward or backward
        return [
            both(0.12, 10 * turn, 10, {**_WIDE, "arm": 140}),
            both(0.30, 80 * turn, 16, _WIDE),
            both(0.46, 160 * turn, 16, _WIDE),
            both(0.64, 250 * turn, -10, {**_WIDE, "hip": 40, "knee": 10, "arm": 70}),
            both(0.82, 334 * turn, 0, {**_PENCIL, "hip": 16}),
            both(1.0, 358 * turn, 0, _PENCIL),
        ]

"""Diving: one and a half turns, tucked or piked, and the hands first into the water."""

from __future__ import annotations

import numpy as np

from model.datasets.athletics.dives import Dive, Keys
from model.datasets.athletics.runup import key

_TUCK = {"hip": 118.0, "knee": 126.0, "arm": 62.0, "elbow": 60.0}
_PIKE = {"hip": 124.0, "knee": 4.0, "arm": 66.0, "elbow": 6.0}
_LINE = {"hip": 2.0, "knee": 2.0, "arm": 176.0, "elbow": 4.0}


def both(
    at: float, lean: float, head: float, shape: dict[str, float]
) -> tuple[float, dict[str, float]]:
    """A keypose of which both sides are the same."""
    sides = {f"{name}_{side}": v for name, v in shape.items() for side in "rl"}
    return key(at, lean=lean, head=head, foot_r=-58.0, foot_l=-58.0, **sides)


class Diving(Dive):
    """Head first after a somersault."""

    name = "Diving"
    head_first = True
    rocky = 0.35

    def flight(self, rng: np.random.Generator) -> Keys:
        shape = _TUCK if rng.uniform() < 0.5 else _PIKE
        if rng.uniform() < 0.35:  # a plain header, piked in the middle
            return [
                both(0.12, 20, 0, {**_LINE, "hip": -8}),
                both(0.45, 84, -10, {**_PIKE, "arm": 110}),
                both(0.68, 140, 0, {**_PIKE, "hip": 60, "arm": 160}),
                both(0.88, 172, 0, _LINE),
                both(1.0, 178, 0, _LINE),
            ]
        return [
            both(0.10, 24, -10, {**_LINE, "hip": 10}),
            both(0.26, 110, -30, shape),
            both(0.40, 230, -30, shape),
            both(0.54, 350, -30, shape),
            both(0.68, 462, -20, shape),
            both(0.86, 526, 0, _LINE),
            both(1.0, 538, 0, _LINE),
        ]

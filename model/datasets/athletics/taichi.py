"""Tai chi: the weight shifts, the hands part and push; at times a staff or a bow is held."""

from __future__ import annotations

import numpy as np

from model.datasets.athletics.archery import Bow
from model.datasets.athletics.body import Array
from model.datasets.athletics.equipment import Stick
from model.datasets.athletics.light import vivid
from model.datasets.athletics.motion import path
from model.datasets.athletics.runup import key
from model.datasets.athletics.scene import Prop
from model.datasets.athletics.standing import Bounds, Keys, Standing, hand

_PUSH = key(0.0, lean=6, arm_r=72, elbow_r=16, arm_l=76, elbow_l=14)[1]
_GATHER = key(0.0, lean=-6, arm_r=20, elbow_r=104, arm_l=26, elbow_l=100)[1]
_PART = key(0.0, lean=0, yaw=22, arm_r=-30, elbow_r=40, arm_l=104, elbow_l=40)[1]
_BRUSH = key(0.0, lean=4, yaw=-20, arm_r=92, elbow_r=24, arm_l=10, elbow_l=30)[1]
_CLOUD = key(0.0, lean=0, yaw=-26, arm_r=112, elbow_r=62, arm_l=34, elbow_l=60)[1]
_BOW = key(0.0, lean=-2, arm_l=90, elbow_l=4, arm_r=20, elbow_r=96)[1]


class TaiChi(Standing):
    """A part of a form: two or three of its figures."""

    name = "TaiChi"
    own = "form"
    lasts = (1.8, 3.0)

    def form(self, rng: np.random.Generator, lasts: float) -> tuple[Keys, list[tuple[float, ...]]]:
        figures = [_PUSH, _GATHER, _PART, _BRUSH, _CLOUD, _BOW]
        chosen = [figures[int(i)] for i in rng.permutation(len(figures))[:3]]
        at = np.linspace(0.18, 0.92, len(chosen)) * lasts
        keys: Keys = [(float(s), {**p}) for s, p in zip(at, chosen, strict=True)]
        hips: list[tuple[float, ...]] = [(0.0, 0.0, 0.03)]
        for s in at:
            x, sink = float(rng.uniform(-0.1, 0.1)), float(rng.uniform(0.08, 0.2))
            hips.append((float(s), x, sink))
        return keys, hips

    def props(
        self, rng: np.random.Generator, times: Array, bounds: Bounds, joints_TJ3: Array
    ) -> tuple[Prop, ...]:
        kind = rng.uniform()
        if kind < 0.2:
            return ()
        left = hand(joints_TJ3, "L")
        upright = path(
            [(bounds.rise, 1.0), (bounds.start - 0.2, 0.0), (bounds.stop + 0.2, 0.0),
             (bounds.stop + 1.3, 1.0)], times,
        )[:, 0]  # fmt: skip
        # Carried as a bow is: along the leg, then upright with the arm.
        if kind < 0.6:
            calm = np.zeros(len(times))
            return (Bow(left, calm, left, -58.0 * upright, vivid(rng, (0.2, 0.45))),)
        angle = np.radians(90.0 - 58.0 * upright)
        half = float(rng.uniform(0.6, 0.85))
        along = half * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return (Stick(left, along, 0.028, vivid(rng, (0.2, 0.45))),)

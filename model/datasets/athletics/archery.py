"""Archery: the string is drawn to the chin, held and released."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour
from model.datasets.athletics.equipment import Stick
from model.datasets.athletics.light import Light, vivid
from model.datasets.athletics.motion import path
from model.datasets.athletics.runup import key
from model.datasets.athletics.scene import Prop
from model.datasets.athletics.standing import Bounds, Keys, Standing, hand

_DRAW_S = 0.9
_RELEASE = 0.35  # before the end of the part


@dataclass(frozen=True)
class Bow:
    """Limbs bent by `draw_T` (0 to 1) about the grip (T, 3), the string, tilted by `tilt_T`."""

    grip_T3: Array
    draw_T: Array
    nock_T3: Array
    tilt_T: Array
    colour: Colour
    z: float = -0.03

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        s = np.linspace(-1.0, 1.0, 13)
        bend = 0.16 + 0.16 * float(self.draw_T[frame])
        half = 0.80 - 0.10 * float(self.draw_T[frame])
        a = np.radians(float(self.tilt_T[frame]))
        flat = np.stack([-bend * s * s, half * s], axis=1)
        limbs = flat @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        grip = self.grip_T3[frame]
        depth = np.full(len(s), grip[2])
        screen = view.project(np.column_stack([limbs + grip[:2], depth]))
        canvas.stroke(screen, max(0.026 * view.pixels, 1.0), light.on(self.colour))
        string = [screen[0], screen[-1]]
        if self.draw_T[frame] > 0.02:
            string.insert(1, view.project(self.nock_T3[frame][None])[0])
        canvas.stroke(np.stack(string), max(0.006 * view.pixels, 0.6), light.on((222.0,) * 3))


class Archery(Standing):
    """One arrow; the left hand holds the bow."""

    name = "Archery"
    own = "shot"
    lasts = (1.6, 2.8)

    def form(self, rng: np.random.Generator, lasts: float) -> tuple[Keys, list[tuple[float, ...]]]:
        held = {"lean": -2.0, "arm_l": 90.0, "elbow_l": 2.0}
        gone = lasts - _RELEASE
        keys: Keys = [
            key(0.0, **held, arm_r=86, elbow_r=14),
            key(0.35 * _DRAW_S, **held, arm_r=38, elbow_r=76),
            key(_DRAW_S, **held, arm_r=-52, elbow_r=152, head=4),
            key(gone, **held, arm_r=-56, elbow_r=154, head=4),
            key(gone + 0.12, **held, arm_r=-84, elbow_r=96, head=2),
        ]
        return keys, [(0.0, 0.0, 0.02), (_DRAW_S, -0.02, 0.02), (lasts, 0.0, 0.02)]

    def props(
        self, rng: np.random.Generator, times: Array, bounds: Bounds, joints_TJ3: Array
    ) -> tuple[Prop, ...]:
        t = times - bounds.start
        release = bounds.stop - bounds.start - _RELEASE
        left, right = hand(joints_TJ3, "L"), hand(joints_TJ3, "R")
        draw = path([(0.0, 0.0), (_DRAW_S, 1.0), (release, 1.0), (release + 0.04, 0.0)], t)[:, 0]
        # Held low it points down along the leg; it turns upright with the arm.
        upright = path(
            [(bounds.rise, 1.0), (bounds.start - 0.2, 0.0), (bounds.stop + 0.2, 0.0),
             (bounds.stop + 1.3, 1.0)], times,
        )[:, 0]  # fmt: skip
        bow = Bow(left, draw, right, -58.0 * upright, vivid(rng, (0.2, 0.45)))
        middle = 0.5 * (left + right)
        gap = left[:, :2] - right[:, :2]
        size = np.maximum(np.hypot(gap[:, 0], gap[:, 1]), 1e-6)[:, None]
        along = 0.36 * gap / size
        flown = np.clip(t - release, 0.0, None)
        middle[:, :2] += 40.0 * flown[:, None] * gap / size
        middle[t < 0] = np.nan
        return (bow, Stick(middle, along, 0.012, (206.0, 196.0, 150.0)))

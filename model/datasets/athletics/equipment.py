"""Equipment: what athletes hold, and what stands about in a stadium for other events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour
from model.datasets.athletics.ground import Marking
from model.datasets.athletics.light import Light, shade, vivid
from model.datasets.athletics.pole import Landing
from model.datasets.athletics.props import Box
from model.datasets.athletics.scene import Prop


@dataclass(frozen=True)
class Stick:
    """A straight thing that moves: a javelin, a staff, an arrow.

    middle_T3: metres; along_T2: half its length as a vector in the picture's plane, metres;
    width: metres. Frames with a middle that is not finite show nothing.
    """

    middle_T3: Array
    along_T2: Array
    width: float
    colour: Colour
    z: float = -0.02

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        middle = self.middle_T3[frame]
        if not np.isfinite(middle).all():
            return
        along = np.append(self.along_T2[frame], 0.0)
        screen = view.project(np.stack([middle - along, middle, middle + along]))
        width = max(self.width * view.pixels, 1.0)
        canvas.stroke(screen, width, light.on(self.colour, 0.8))
        canvas.stroke(screen[:2] - [0, 0.25 * width], 0.5 * width, light.on(self.colour, 1.25))


@dataclass(frozen=True)
class Rig:
    """Two posts side by side with a bar between them, as of a jump on another runway."""

    x: float
    span: float
    bar: float
    z: float
    colour: Colour

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        s = view.scale(self.z)
        ends = [self.x - self.span / 2, self.x + self.span / 2]
        for x in ends:
            post = np.array([[x, 0.0, self.z], [x, self.bar + 0.4, self.z]])
            canvas.stroke(view.project(post), max(0.08 * s, 1.2), light.on(self.colour))
        bar = view.project(np.array([[x, self.bar, self.z] for x in ends]))
        canvas.stroke(bar, max(0.035 * s, 1.0), light.on((226.0, 60.0, 44.0)))


def still(x: float, y: float, z: float, along: tuple[float, float], n: int) -> tuple[Array, Array]:
    """The tracks of a `Stick` that does not move."""
    return np.tile([x, y, z], (n, 1)), np.tile(along, (n, 1))


_LONGEST = 600


def scattered(
    rng: np.random.Generator, reach: tuple[float, float]
) -> tuple[list[Prop], tuple[Marking, ...]]:
    """Mats, bars, sand pits and sticks between `reach` metres, so that none tells the action."""
    low, high = reach[0] - 4, reach[1] + 6
    props: list[Prop] = []
    strips: list[Marking] = []
    for _ in range(int(rng.integers(1, 4))):
        x, z = float(rng.uniform(low, high)), float(rng.uniform(5.0, 8.5))
        colour = vivid(rng, (0.28, 0.45))
        size, high_m = float(rng.uniform(3.0, 6.0)), float(rng.uniform(0.5, 0.85))
        mat = Box(x, x + size, 0.0, high_m, z, z + 2.4, colour, shade(colour, 1.5))
        props.append(Landing(mat, z + 2.4))
        if rng.uniform() < 0.7:
            bar = float(rng.choice([rng.uniform(1.6, 2.2), rng.uniform(3.5, 5.0)]))
            props.append(Rig(x + 0.5 * size, size + 0.6, bar, z - 0.2, (214.0, 214.0, 218.0)))
    for _ in range(int(rng.integers(0, 3))):
        x, z = float(rng.uniform(low, high)), float(rng.uniform(3.4, 5.0))
        length = float(rng.uniform(4.0, 9.0))
        strips.append(Marking(x - 0.2, x + length + 0.2, z - 0.15, z + 1.75, (226.0,) * 3, 2.0))
        strips.append(Marking(x, x + length, z, z + 1.6, (222.0, 200.0, 152.0), 11.0))
    for _ in range(int(rng.integers(1, 5))):
        x, z = float(rng.uniform(low, high)), float(rng.uniform(2.8, 9.0))
        length, tilt = float(rng.uniform(1.2, 2.3)), float(rng.uniform(-0.25, 0.25))
        track = still(x, length, z, (length * tilt, length), _LONGEST)
        props.append(Stick(*track, 0.035, vivid(rng, (0.5, 0.75)), z))
    return props, tuple(strips)

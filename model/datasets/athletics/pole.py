"""The pole, bent as it stands, and the uprights with the crossbar."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour
from model.datasets.athletics.light import Light, shade
from model.datasets.athletics.props import Box

_BEYOND = 0.32
_POINTS = 17


@dataclass(frozen=True)
class PoleTrack:
    """Both ends that matter, per frame, metres: the tip and the upper hand; length between."""

    tip_T2: Array
    hand_T2: Array
    length: float


def bow(tip_2: Array, hand_2: Array, length: float, points: int = _POINTS) -> Array:
    """Points (points, 2) of a pole of a length between its tip and the upper hand.

    A pole compressed along its chord bows forward, here as a sine arch whose height follows from
    the length to second order: length = chord (1 + (pi h / chord)^2 / 4).
    """
    along = hand_2 - tip_2
    chord = max(float(np.hypot(along[0], along[1])), 1e-6)
    s = np.linspace(0.0, 1.0, points)
    rise = 2.0 * chord / np.pi * np.sqrt(max(length / chord - 1.0, 0.0))
    across = np.array([along[1], -along[0]]) / chord
    across = across if across[0] >= 0 else -across
    return np.asarray(tip_2 + s[:, None] * along + rise * np.sin(np.pi * s)[:, None] * across)


def lower_grip(track: PoleTrack, below: float) -> Array:
    """Points (T, 2) of the lower hand, `below` metres down the pole from the upper one."""
    at = 1.0 - below / track.length
    out = np.empty_like(track.hand_T2)
    for i, (tip, hand) in enumerate(zip(track.tip_T2, track.hand_T2, strict=True)):
        curve = bow(tip, hand, track.length, 41)
        place = at * 40
        k = int(place)
        out[i] = curve[k] + (place - k) * (curve[k + 1] - curve[k])
    return out


@dataclass(frozen=True)
class Pole:
    """Draws the pole just in front of the athlete's far side."""

    track: PoleTrack
    colour: Colour
    z: float = -0.02

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        curve = bow(self.track.tip_T2[frame], self.track.hand_T2[frame], self.track.length)
        last = curve[-1] - curve[-2]
        stub = curve[-1] + last / max(float(np.hypot(last[0], last[1])), 1e-6) * _BEYOND
        points = np.column_stack([np.vstack([curve, stub]), np.full(_POINTS + 1, self.z)])
        screen = view.project(points)
        width = max(0.036 * view.pixels, 1.1)
        canvas.stroke(screen, width, light.on(self.colour, 0.8))
        canvas.stroke(screen - [0, 0.22 * width], 0.45 * width, light.on(self.colour, 1.25))
        canvas.stroke(screen[-4:], 1.15 * width, light.on((52.0, 50.0, 50.0)))


@dataclass(frozen=True)
class _Upright:
    """One post with its foot."""

    x: float
    z: float
    high: float
    colour: Colour

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        s = view.scale(self.z)
        a, b = view.point(self.x, 0.0, self.z), view.point(self.x, self.high, self.z)
        canvas.stroke(np.stack([a, b]), max(0.08 * s, 1.3), light.on(self.colour, 0.75))
        side = np.array([0.02 * s, 0.0])
        canvas.stroke(
            np.stack([a - side, b - side]), max(0.04 * s, 0.6), light.on(self.colour, 1.2)
        )
        foot = view.project(np.array([[self.x - 0.5, 0.05, self.z], [self.x + 0.5, 0.05, self.z]]))
        canvas.stroke(foot, max(0.12 * s, 1.4), light.on(self.colour, 0.6))


@dataclass(frozen=True)
class Uprights:
    """Two posts and the bar, which spans the runway at height `bar` metres."""

    x: float
    bar: float
    half: float
    colour: Colour
    z: float = 0.3

    @property
    def far(self) -> _Upright:
        return _Upright(self.x, self.half, self.bar + 0.5, self.colour)

    @property
    def near(self) -> _Upright:
        return _Upright(self.x, -self.half - 0.5, self.bar + 0.5, self.colour)

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        z = np.linspace(-self.half - 0.5, self.half, 9)
        points = np.column_stack([np.full(9, self.x), np.full(9, self.bar), z])
        screen = view.project(points)
        width = max(0.035 * view.pixels, 1.3)
        for k, (a, b) in enumerate(pairwise(screen)):
            colour = (240.0, 236.0, 226.0) if k % 2 else (226.0, 60.0, 44.0)
            canvas.stroke(np.stack([a, b]), width, light.on(colour))


@dataclass(frozen=True)
class Landing:
    """The mat, drawn behind the athlete although it reaches nearer than the runway."""

    mat: Box
    z: float = 2.7

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        mat = self.mat
        mat.draw(canvas, view, light, frame)
        seam = light.on(shade(mat.colour, 0.72))
        width = max(0.03 * view.pixels, 0.8)
        for x in np.linspace(mat.x0, mat.x1, 5)[1:-1]:
            edge = [[x, mat.y0, mat.z0], [x, mat.y1, mat.z0], [x, mat.y1, mat.z1]]
            canvas.stroke(view.project(np.array(edge)), width, seam)
        middle = [[mat.x0, mat.y1, 0.0], [mat.x1, mat.y1, 0.0]]
        canvas.stroke(view.project(np.array(middle)), width, seam)

"""The park: a meadow where some shoot at targets and others practise with staffs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.datasets.athletics.backdrop import Layer, Sky, halve, layer_canvas, rect, tree_line
from model.datasets.athletics.camera import Camera, View
from model.datasets.athletics.canvas import Canvas, Image
from model.datasets.athletics.equipment import Stick, still
from model.datasets.athletics.ground import FAR_Z, NEAR_Z, Ground, Marking, Palette
from model.datasets.athletics.light import Light, draw_official, shade, vivid
from model.datasets.athletics.props import bystander
from model.datasets.athletics.scene import Prop, Scene

_RINGS = (
    (236.0, 236.0, 236.0), (40.0, 40.0, 44.0), (64.0, 140.0, 200.0), (214.0, 60.0, 52.0),
    (240.0, 206.0, 70.0),
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A round butt on an easel, turned away by `turn` (1 faces the camera)."""

    x: float
    z: float
    turn: float
    size: float = 0.61

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        s = view.scale(self.z)
        for dx in (-0.45, 0.45):
            leg = np.array([[self.x + dx, 0.0, self.z], [self.x + 0.3 * dx, 1.7, self.z]])
            canvas.stroke(view.project(leg), max(0.06 * s, 1.0), light.on((120.0, 92.0, 60.0)))
        at = view.point(self.x, 1.25, self.z)
        for k, colour in enumerate(_RINGS):
            r = self.size * s * (1 - 0.2 * k)
            canvas.ellipse(at, max(r * self.turn, 0.6), r, 0.0, light.on(colour))


class Park:
    """Grass, a path, trees or a wall, targets and people."""

    water: float | None = None

    def __init__(self, scene: Scene, light: Light, camera: Camera):
        rng = scene.rng("venue")
        n = len(camera.x_T)
        pixels = float(camera.pixels_T.max())
        self.sky = Sky(scene.rng("sky"), light, scene.width, scene.height)
        extent = (-34.0, 34.0)
        grass = (
            float(rng.uniform(70, 120)),
            float(rng.uniform(116, 150)),
            float(rng.uniform(52, 84)),
        )
        floor = (186.0, 176.0, 156.0) if rng.uniform() < 0.4 else grass
        palette = Palette(grass, floor, floor, shade(grass, 0.92), shade(grass, 0.94))
        # In two halves, neither of which covers a runway.
        lawn = Marking(-34.0, 34.0, 0.0, float(rng.uniform(2.4, 5.0)), floor, 8.0)
        near = Marking(-34.0, 34.0, -1.9, 0.0, floor, 8.0)
        ground_x = (-24.0, 24.0)
        markings = (lawn, near, Marking(-34.0, 34.0, NEAR_Z, -1.9, grass, 9.0))
        strip = float(rng.uniform(6.0, FAR_Z - 6))
        path = Marking(-34.0, 34.0, strip, strip + 1.6, (190.0, 178.0, 150.0), 8.0)
        detail = max(1.0, scene.height / 240.0)
        self.ground = Ground(rng, ground_x, palette, light, (*markings, path), detail)

        def density(z: float) -> float:
            return pixels * camera.distance / (camera.distance + z)

        self.layers = [tree_line(rng, light, extent, density(48.0))]
        if rng.uniform() < 0.5:
            self.layers.append(self._fence(rng, light, density(27.0)))
        self.props: list[Prop] = []
        for _ in range(int(rng.integers(0, 4))):
            x, z = float(rng.uniform(-9, 9)), float(rng.uniform(5.0, 16.0))
            self.props.append(Target(x, z, float(rng.uniform(0.3, 1.0))))
        for _ in range(int(rng.integers(0, 6))):
            x, z = float(rng.uniform(-8, 8)), float(rng.uniform(2.5, 11.0))
            outfit = draw_official(rng, vivid(rng))
            self.props.append(bystander(rng, light, outfit, (x, z), density(z), n))
            if rng.uniform() < 0.5:
                tilt = float(rng.uniform(-0.3, 0.3))
                wood = (128.0, 92.0, 58.0)
                track = still(x + 0.3, 0.9, z, (0.9 * tilt, 0.85), n)
                self.props.append(Stick(*track, 0.035, wood, z - 0.05))

    def _fence(self, rng: np.random.Generator, light: Light, density: float) -> Layer:
        """A wall or a hedge."""
        high = float(rng.uniform(1.4, 3.4))
        canvas = layer_canvas((-34.0, 34.0), high, density)
        h, w = (v / 2 for v in canvas.image.shape[:2])
        hedge = rng.uniform() < 0.5
        colour = (58.0, 92.0, 48.0) if hedge else shade((196.0, 182.0, 160.0), 0.9)
        rect(canvas, 0, 0, w, h, light.on(colour))
        for x in np.arange(0.0, w, float(rng.uniform(0.8, 2.6)) * density):
            gain = float(rng.uniform(0.85, 1.1))
            rect(canvas, x, 0.08 * density, x + 0.6 * density, h, light.on(colour, gain))
        return Layer(halve(canvas.image), 27.0, -34.0, 0.0, density)

    def draw(self, picture: Image, view: View, frame: int) -> None:
        self.sky.draw(picture, view)
        for layer in self.layers:
            layer.draw(picture, view)
        self.ground.draw(picture, view)

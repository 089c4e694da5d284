"""The coast: sea, cliffs and a diving tower side by side, for every jump into the water."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.datasets.athletics.backdrop import Layer, Sky, tree_line
from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import Camera, View
from model.datasets.athletics.canvas import Canvas, Colour, Image
from model.datasets.athletics.light import Light, draw_official, shade, vivid
from model.datasets.athletics.props import Box, bystander
from model.datasets.athletics.scene import Prop, Scene
from model.datasets.athletics.water import Water


@dataclass(frozen=True)
class Ledge:
    """What a diver stands on, `high` metres above the water and ending at x = 0.

    rocky: a crag, else a platform on a pillar. outline_N2: the crag's edge, metres; facets_F32:
    triangles on its face, each with its brightness.
    """

    high: float
    rocky: bool
    colour: Colour
    outline_N2: Array
    facets_F32: Array
    gain_F: Array
    z: float = 0.6

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        if not self.rocky:
            pillar = shade(self.colour, 0.8)
            Box(-3.2, -2.2, 0.0, self.high, -0.3, 0.8, pillar, pillar).draw(
                canvas, view, light, frame
            )
            slab = Box(-9.0, 0.0, self.high - 0.3, self.high, -0.9, 0.9, self.colour, self.colour)
            slab.draw(canvas, view, light, frame)
            return
        for z, gain in ((0.9, 0.9), (0.3, 0.7), (-0.5, 0.95)):
            points = np.column_stack([self.outline_N2, np.full(len(self.outline_N2), z)])
            points[:, 0] -= 0.25 * (z - 0.9)  # the nearer the face, the farther out
            points[0, 0] = points[-1, 0] = -12.0
            points[1:3, 1] = self.high if z > 0 else self.high - 0.12
            canvas.polygon(view.project(points), light.on(self.colour, gain))
        for facet_32, gain in zip(self.facets_F32, self.gain_F, strict=True):
            corners = np.column_stack([facet_32, np.full(3, -0.5)])
            canvas.convex(view.project(corners), light.on(self.colour, float(gain)))


def draw_ledge(rng: np.random.Generator, high: float, rocky: bool) -> Ledge:
    """A crag or a platform."""
    grey = float(rng.uniform(105, 170))
    colour = (grey * 1.06, grey, grey * float(rng.uniform(0.8, 0.95)))
    steps = np.linspace(high, 0.0, 9)[1:]
    wall = -0.25 - np.cumsum(np.abs(rng.normal(0.1, 0.16, len(steps))))
    edge = np.column_stack([wall, steps])
    outline = np.vstack([[-12.0, high], [-1.0, high], [-0.1, high], edge, [-12.0, 0.0]])
    # Facets of the face, those near the edge kept within it.
    x, y = rng.uniform(-11.0, -1.2, 90), rng.uniform(0.3, high - 0.5, 90)
    x = np.minimum(x, np.interp(y, edge[::-1, 1], edge[::-1, 0]) - 0.9)
    facets = np.stack([x, y], axis=1)[:, None] + rng.normal(0, 0.32, (90, 3, 2))
    return Ledge(high, rocky, colour, outline, facets, rng.uniform(0.72, 1.12, 90))


def _rocks(
    rng: np.random.Generator, light: Light, extent: tuple[float, float], high: float, density: float
) -> Image:
    """A cliff face with a broken skyline, premultiplied RGBA."""
    columns, rows = int((extent[1] - extent[0]) * density), int(high * density)
    noise = np.zeros((rows, columns), np.float32)
    for metres, weight in ((6.0, 1.0), (2.2, 0.7), (0.8, 0.5), (0.3, 0.3)):
        step = max(int(metres * density), 2)
        grid = rng.standard_normal((2 * rows // step + 3, columns // step + 3))
        noise += weight * cv2.resize(grid.astype(np.float32), (columns, rows))
    x = np.linspace(extent[0], extent[1], columns)
    a, b, c = rng.uniform(0, 6, 3)
    skyline = 0.62 + 0.2 * np.sin(x / 5.0 + a) + 0.1 * np.sin(x / 1.9 + b) + 0.05 * np.sin(x + c)
    level = 1.0 - np.arange(rows)[:, None] / rows
    inside = (level + 0.03 * noise < skyline).astype(np.float32)
    slope = cv2.Sobel(noise, cv2.CV_32F, 1, 1, ksize=3)
    tone = 1.0 + 0.13 * noise + 0.5 * np.clip(slope, -0.5, 0.5)
    base = np.array([150.0, 136.0, 116.0]) * float(rng.uniform(0.7, 1.05))
    green = np.clip((level + 0.05 * noise - skyline + 0.16) * 12, 0, 1)[..., None]
    green = green * float(rng.uniform(0.0, 1.0))
    colour = base * (1 - green) + np.array([84.0, 112.0, 62.0]) * green
    lit = np.clip(colour * tone[..., None] * light.tint, 0, 255) * inside[..., None]
    return np.dstack([lit, 255 * inside]).astype(np.uint8)


class Coast:
    """Sea before cliffs, towers and trees; people watch from rocks and boats."""

    water: float | None = 0.86

    def __init__(self, scene: Scene, light: Light, camera: Camera):
        rng = scene.rng("venue")
        self.sky = Sky(scene.rng("sky"), light, scene.width, scene.height)
        pixels = float(camera.pixels_T.max())
        sea: Colour = (float(rng.uniform(24, 60)), float(rng.uniform(92, 128)), 138.0)
        self.sea = Water(rng, (-45.0, 55.0), sea, light, float(rng.uniform(0.7, 1.4)))
        self.layers: list[Layer] = []
        extent = (-26.0, 34.0)

        def density(z: float) -> float:
            return 0.8 * pixels * camera.distance / (camera.distance + z)

        if rng.uniform() < 0.5:
            self.layers.append(tree_line(rng, light, extent, density(48.0)))
        for z in sorted(rng.uniform(8.0, 24.0, int(rng.integers(1, 3))), reverse=True):
            image = _rocks(rng, light, extent, float(rng.uniform(6.0, 17.0)), density(z))
            self.layers.append(Layer(image, float(z), extent[0], -0.1, density(z)))
        self.props = self._towers(rng) + self._people(rng, light, density(5.0), len(camera.x_T))
        if len(self.props) > 4:  # somebody to stand on it
            wood = (150.0, 128.0, 100.0)
            self.props.append(Box(-14.0, 14.0, -0.1, 0.02, 3.2, 8.0, wood, shade(wood, 0.8)))

    def _towers(self, rng: np.random.Generator) -> list[Prop]:
        """Concrete platforms at other heights, some way off."""
        props: list[Prop] = []
        for _ in range(int(rng.integers(1, 3))):
            x, z = float(rng.uniform(-9, 9)), float(rng.uniform(4.0, 7.0))
            grey = (float(rng.uniform(150, 220)),) * 3
            high = float(rng.uniform(4.0, 10.0))
            props.append(Box(x - 0.6, x + 0.6, 0.0, high, z, z + 0.8, grey, grey))
            for level in np.arange(high, 2.0, -float(rng.uniform(2.2, 3.2))):
                props.append(
                    Box(x - 1.6, x + 1.9, level - 0.25, level, z - 0.4, z + 0.79, grey, grey)
                )
        return props

    def _people(self, rng: np.random.Generator, light: Light, density: float, n: int) -> list[Prop]:
        """Spectators at the water's edge."""
        uniform = vivid(rng)
        return [
            bystander(
                rng,
                light,
                draw_official(rng, uniform),
                (float(rng.uniform(-10, 10)), float(rng.uniform(3.5, 7.5))),
                density,
                n,
            )
            for _ in range(int(rng.choice([0, 0, 4, 7])))
        ]

    def draw(self, picture: Image, view: View, frame: int) -> None:
        self.sky.draw(picture, view)
        self.sea.draw(picture, view, frame)
        for layer in self.layers:
            layer.draw(picture, view)

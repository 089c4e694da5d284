"""The swimming pool: lanes, ropes, the deck, a hall or trees behind it, other swimmers."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.datasets.athletics.backdrop import Layer, Sky, halve, layer_canvas, rect, tree_line
from model.datasets.athletics.body import Array, Build, forward
from model.datasets.athletics.camera import Camera, View
from model.datasets.athletics.canvas import Canvas, Colour, Image, paste
from model.datasets.athletics.figure import Painter
from model.datasets.athletics.light import Light, draw_kit, draw_official, shade, vivid
from model.datasets.athletics.props import bystander
from model.datasets.athletics.scene import Prop, Scene
from model.datasets.athletics.strokes import STROKES, swimwear
from model.datasets.athletics.water import Water

LANE = 2.3
_OPACITY = 0.62


@dataclass
class Swimmer:
    """Somebody training in another lane; the body is drawn from joints (T, J, 3)."""

    painter: Painter
    joints_TJ3: Array
    z: float

    def draw(self, canvas: Canvas, view: View, light: Light, frame: int) -> None:
        joints = self.joints_TJ3[frame]
        screen = view.project(joints)
        if screen[:, 0].max() < 0 or screen[:, 0].min() > view.width:
            return
        patch, x, y = self.painter.patch(screen, joints[:, 2], view.scale(self.z))
        row = round(float(view.point(view.x, 0.0, self.z)[1])) - y
        if row < len(patch):
            below = patch[max(row, 0) :]
            patch[max(row, 0) :] = cv2.convertScaleAbs(below, alpha=1 - _OPACITY)
        paste(canvas.image, patch, x, y)


class Pool:
    """Lanes along x; the swimmer's own has its middle at z = 0 and its wall at x = 0."""

    water: float | None = _OPACITY

    def __init__(self, scene: Scene, light: Light, camera: Camera):
        rng = scene.rng("venue")
        n = len(camera.x_T)
        pixels = float(camera.pixels_T.max())
        self.sky = Sky(scene.rng("sky"), light, scene.width, scene.height)
        blue: Colour = (
            float(rng.uniform(50, 110)),
            float(rng.uniform(150, 190)),
            float(rng.uniform(190, 215)),
        )
        far = float(rng.choice([1.5, 2.5, 3.5])) * LANE
        extent = (-16.0, 46.0)
        self.surface = Water(rng, extent, blue, light, float(rng.uniform(0.5, 0.9)))
        self._lanes(rng, light, far)
        self.layers = [self._behind(rng, light, extent, far, pixels, camera.distance)]
        self.props = self._swimmers(scene.rng("swimmers"), light, far, n, scene.fps)
        density = pixels * camera.distance / (camera.distance + far + 1.5)
        for _ in range(int(rng.integers(1, 7))):
            place = (float(rng.uniform(-3, 16)), far + float(rng.uniform(0.8, 3.0)))
            outfit = draw_official(rng, vivid(rng))
            self.props.append(bystander(rng, light, outfit, place, density, n))

    def _lanes(self, rng: np.random.Generator, light: Light, far: float) -> None:
        """Ropes with floats in two colours, lines on the bottom, deck at the wall and behind."""
        texture, box = self.surface.texture, self.surface.box
        dark = np.array(light.on((30.0, 60.0, 110.0)))
        for z in np.arange(-3 * LANE, far, LANE):
            lane = texture[box(0.0, 60.0, z - 0.13, z + 0.13)]
            lane[:] = (0.72 * lane + 0.28 * dark).astype(np.uint8)
        inks = [light.on(vivid(rng, (0.45, 0.6))), light.on((238.0, 238.0, 234.0))]
        for z in np.arange(-2.5 * LANE, far - 0.1, LANE):
            for k, x in enumerate(np.arange(0.0, 46.0, 0.5)):
                texture[box(x, x + 0.4, z - 0.06, z + 0.06)] = inks[k // 6 % 2]
        stone = shade((208.0, 206.0, 198.0), float(rng.uniform(0.75, 1.05)))
        texture[box(-16.0, 0.0, -20.0, 40.0)] = light.on(stone)
        texture[box(-0.35, 0.0, -20.0, far)] = light.on(shade(stone, 1.12))
        texture[box(-16.0, 46.0, far, 40.0)] = light.on(stone)
        texture[box(-16.0, 46.0, far, far + 0.2)] = light.on(shade(stone, 0.6))

    def _behind(
        self,
        rng: np.random.Generator,
        light: Light,
        extent: tuple[float, float],
        far: float,
        pixels: float,
        distance: float,
    ) -> Layer:
        """A hall's wall with windows, or trees."""
        if rng.uniform() < 0.35:
            return tree_line(rng, light, extent, pixels * distance / (distance + 48.0))
        z = far + 4.0
        density = pixels * distance / (distance + z)
        canvas = layer_canvas((-30.0, 60.0), 7.0, density)
        h, w = (v / 2 for v in canvas.image.shape[:2])
        wall = shade((214.0, 210.0, 200.0), float(rng.uniform(0.5, 1.0)))
        rect(canvas, 0, 0, w, h, light.on(wall))
        rect(canvas, 0, h - 1.1 * density, w, h, light.on(vivid(rng, (0.3, 0.6))))
        step = float(rng.uniform(1.6, 3.4)) * density
        for x in np.arange(0.0, w, step):
            pane = shade((190.0, 214.0, 226.0), float(rng.uniform(0.8, 1.1)))
            rect(canvas, x, h - 4.6 * density, x + 0.82 * step, h - 1.8 * density, light.on(pane))
        return Layer(halve(canvas.image), z, -30.0, 0.0, density)

    def _swimmers(
        self, rng: np.random.Generator, light: Light, far: float, n: int, fps: float
    ) -> list[Prop]:
        """Others, each in a stroke of their own."""
        props: list[Prop] = []
        lanes = [z for z in (LANE, 2 * LANE, 3 * LANE) if z < far]
        for z in rng.permutation(lanes)[: int(rng.integers(0, 3))]:
            build = Build(float(rng.uniform(1.65, 1.9)), float(rng.uniform(0.95, 1.15)))
            stroke = STROKES[str(rng.choice(sorted(STROKES)))]
            speed, rate = float(rng.uniform(0.9, 1.6)), float(rng.uniform(0.7, 1.0))
            t = np.arange(n) / fps
            root, poses = stroke(build, t * rate + float(rng.uniform(0, 1)))
            root[:, 0] += float(rng.uniform(-2, 8)) + speed * t
            joints = forward(build, root, poses)
            joints[:, :, 2] += z
            props.append(Swimmer(Painter(build, swimwear(draw_kit(rng)), light), joints, float(z)))
        return props

    def draw(self, picture: Image, view: View, frame: int) -> None:
        self.sky.draw(picture, view)
        self.surface.draw(picture, view, frame)
        for layer in self.layers:
            layer.draw(picture, view)

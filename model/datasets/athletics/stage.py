"""Composing the frames of a scene: background, props by depth, athlete, optics, sensor."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.camera import View, draw_camera
from model.datasets.athletics.canvas import Canvas, Image, paste
from model.datasets.athletics.figure import Painter
from model.datasets.athletics.ground import Ground, draw_palette
from model.datasets.athletics.light import Outfit, draw_kit, draw_light, draw_official, vivid
from model.datasets.athletics.props import bystander, cast_shadow
from model.datasets.athletics.scene import Action, Prop, Scene, stream
from model.datasets.athletics.stadium import Sky, Stadium

_SHUTTER = 0.35
_TILES = 6


class Stage:
    """Everything of one scene that is prepared once; `frame` then composes a picture."""

    def __init__(self, scene: Scene):
        self.scene = scene
        act = scene.performance
        self.act = act

        def rng(purpose: str) -> np.random.Generator:
            # A stream each, so that a scene looks the same at another size.
            return stream(scene.action, scene.seed, purpose)

        self.light = draw_light(rng("light"))
        self.camera = draw_camera(
            rng("camera"),
            Action.registry[scene.action].framing,
            act.root_T2,
            act.build.height,
            (scene.width, scene.height),
            scene.fps,
        )
        pixels = float(self.camera.pixels_T.max())
        half = 0.5 * scene.width / float(self.camera.pixels_T.min())
        x = self.camera.x_T
        near = (float(x.min()) - 2 * half - 8, float(x.max()) + 2 * half + 8)
        deep = half * (self.camera.distance + 32.0) / self.camera.distance + 10
        far = (float(x.min()) - deep, float(x.max()) + deep)
        self.stadium = Stadium(
            rng("stadium"), self.light, far, pixels, self.camera.distance, scene.leftwards
        )
        self.sky = Sky(rng("sky"), self.light, scene.width, scene.height)
        palette = draw_palette(rng("palette"))
        detail = max(1.0, scene.height / 240.0)
        self.ground = Ground(rng("ground"), near, palette, self.light, act.markings, detail)
        self.painter = Painter(act.build, draw_kit(rng("kit")), self.light)
        props = [*act.props, *self._officials(rng("officials"), pixels)]
        self.behind: list[Prop] = sorted((p for p in props if p.z > 0), key=lambda p: -p.z)
        self.before: list[Prop] = sorted((p for p in props if p.z <= 0), key=lambda p: -p.z)
        sensor = rng("sensor")
        period, offset = sensor.uniform(2, 6), sensor.uniform(0, 6)
        t = np.arange(scene.n_frames) / scene.fps
        self._gain = 1.0 + 0.02 * np.sin(2 * np.pi * t / period + offset)
        self._offsets = sensor.integers(0, 32, (scene.n_frames, 2))
        self._noise = _noise_tiles(sensor, scene.width, scene.height)

    def _officials(self, rng: np.random.Generator, pixels: float) -> list[Prop]:
        """People beside the runway and, in some scenes, passing before the camera."""
        uniform = vivid(rng)
        x = self.camera.x_T
        people: list[Prop] = []
        for _ in range(int(rng.integers(5, 14))):
            place = (float(rng.uniform(x.min() - 6, x.max() + 8)), float(rng.uniform(2.6, 10.5)))
            people.append(self._person(rng, draw_official(rng, uniform), place, pixels))
        for _ in range(int(rng.choice([0, 0, 1, 2]))):
            place = (float(rng.uniform(x.min(), x.max() - 10)), float(rng.uniform(-4.5, -2.6)))
            people.append(self._person(rng, draw_official(rng, uniform), place, pixels))
        return people

    def _person(
        self, rng: np.random.Generator, outfit: Outfit, place: tuple[float, float], pixels: float
    ) -> Prop:
        density = 1.2 * pixels * self.camera.distance / (self.camera.distance + place[1])
        return bystander(rng, self.light, outfit, place, density, self.scene.n_frames)

    def frame(self, index: int) -> Image:
        """The finished RGB frame (H, W, 3)."""
        view = self.camera.view(index)
        picture = np.empty((view.height, view.width, 3), np.uint8)
        self.sky.draw(picture, view)
        self.stadium.draw(picture, view)
        self.ground.draw(picture, view)
        canvas = Canvas(picture)
        for prop in self.behind:
            prop.draw(canvas, view, self.light, index)
        self._smear(picture, view)
        joints = self.act.joints_TJ3[index]
        floor = float(self.act.floor_T[index])
        cast_shadow(picture, view, self.light, self.act.build, joints, floor)
        self._middle(canvas, view, index)
        return self._sensor(picture, index)

    def _middle(self, canvas: Canvas, view: View, index: int) -> None:
        """The athlete, then what is nearer to the camera."""
        joints = self.act.joints_TJ3[index]
        patch, x, y = self.painter.patch(view.project(joints), joints[:, 2], view.pixels)
        paste(canvas.image, patch, x, y)
        for prop in self.before:
            prop.draw(canvas, view, self.light, index)

    def _smear(self, picture: Image, view: View) -> None:
        """Motion blur of the panned background."""
        width = round(abs(view.speed) * view.pixels * _SHUTTER)
        if width >= 2:
            picture[:] = cv2.blur(picture, (width, 1))

    def _sensor(self, picture: Image, index: int) -> Image:
        """Exposure, noise, and the mirror of a camera on the other side."""
        h, w = picture.shape[:2]
        dy, dx = self._offsets[index]
        noise = self._noise[index % _TILES, dy : dy + h, dx : dx + w]
        out = cv2.addWeighted(picture, float(self._gain[index]), noise, 1.0, -128.0)
        if self.scene.leftwards:
            out = cv2.flip(out, 1)
        return np.asarray(out, np.uint8)


def _noise_tiles(rng: np.random.Generator, width: int, height: int) -> Image:
    """Sensor noise around 128, (tiles, H + 32, W + 32, 3): mostly luma, some chroma."""
    size = (_TILES, height + 32, width + 32)
    sigma = float(rng.uniform(1.2, 3.2))
    luma = rng.standard_normal(size, dtype=np.float32)[..., None]
    chroma = rng.standard_normal((*size, 3), dtype=np.float32)
    return np.clip(128.5 + sigma * (luma + 0.5 * chroma), 0, 255).astype(np.uint8)

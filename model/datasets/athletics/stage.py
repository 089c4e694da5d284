"""Composing the frames of a scene: background, props by depth, athlete, optics, sensor."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from model.datasets.athletics.camera import View, draw_camera
from model.datasets.athletics.canvas import Canvas, Image, paste
from model.datasets.athletics.figure import Painter
from model.datasets.athletics.light import draw_kit, draw_light
from model.datasets.athletics.optics import Sensor, Wear
from model.datasets.athletics.portrait import Portrait
from model.datasets.athletics.props import cast_shadow
from model.datasets.athletics.scene import Action, Prop, Scene
from model.datasets.athletics.steadycam import steady_camera, vary
from model.datasets.athletics.strokes import swimwear
from model.datasets.athletics.venues import make_venue

_SHUTTER = 0.35


class Stage:
    """Everything of one scene that is prepared once; `frame` then composes a picture."""

    def __init__(self, scene: Scene):
        self.scene = scene
        act = scene.performance
        self.act = act
        self.light = draw_light(scene.rng("light"))
        framing = Action.registry[scene.action].framing
        size = (scene.width, scene.height)
        film = draw_camera if framing.follows else steady_camera
        self.camera = film(
            scene.rng("camera"), framing, act.root_T2, act.build.height, size, scene.fps
        )
        if scene.version != "1":
            self.camera = vary(scene.rng("framing"), self.camera, scene.fps, framing.partial)
        self.venue = make_venue(scene, self.light, self.camera)
        kit = draw_kit(scene.rng("kit"))
        if self.venue.water is not None:
            kit = swimwear(kit)
        elif Action.registry[scene.action].family != "stadium":
            kit = replace(kit, bib=False)
        self.painter = Painter(act.build, kit, self.light)
        self.portrait = act.portrait and Portrait(act.portrait, kit, scene.rng("palette"))
        props = [*act.props, *self.venue.props]
        self.behind: list[Prop] = sorted((p for p in props if p.z > 0), key=lambda p: -p.z)
        self.before: list[Prop] = sorted((p for p in props if p.z <= 0), key=lambda p: -p.z)
        tiles, n = 6 if scene.version == "1" else 2, len(act.root_T2)
        self.sensor = Sensor(scene.rng("sensor"), n, scene.fps, size, tiles)
        self.wear = None if scene.version == "1" else Wear(scene.rng("wear"), size)

    def frame(self, index: int) -> Image:
        """The finished RGB frame (H, W, 3) of one frame of the performance."""
        view = self.camera.view(index)
        picture = np.empty((view.height, view.width, 3), np.uint8)
        self.venue.draw(picture, view, index)
        canvas = Canvas(picture)
        for prop in self.behind:
            prop.draw(canvas, view, self.light, index)
        self._smear(picture, view)
        if self.portrait:
            self.portrait.draw(canvas, view, self.light, index)
        else:
            self._athlete(canvas, view, index)
        for prop in self.before:
            prop.draw(canvas, view, self.light, index)
        out = self.sensor.expose(picture if self.wear is None else self.wear.on(picture), index)
        # The mirror of a camera on the other side.
        return np.asarray(cv2.flip(out, 1) if self.scene.leftwards else out, np.uint8)

    def _athlete(self, canvas: Canvas, view: View, index: int) -> None:
        """The athlete with the shadow, or the water, that belongs to it."""
        joints = self.act.joints_TJ3[index]
        clean = None
        if self.venue.water is None:
            floor = float(self.act.floor_T[index])
            cast_shadow(canvas.image, view, self.light, self.act.build, joints, floor)
        else:
            clean = canvas.image.copy()
        patch, x, y = self.painter.patch(view.project(joints), joints[:, 2], view.pixels)
        paste(canvas.image, patch, x, y)
        if clean is not None and self.venue.water is not None:
            _submerge(canvas.image, clean, view, self.venue.water)

    def _smear(self, picture: Image, view: View) -> None:
        """Motion blur of the panned background."""
        width = round(abs(view.speed) * view.pixels * _SHUTTER)
        if width >= 2:
            picture[:] = cv2.blur(picture, (width, 1))


def _submerge(picture: Image, clean: Image, view: View, opacity: float) -> None:
    """Lay the water before what is below its surface, y = 0."""
    row = max(round(float(view.point(view.x, 0.0, 0.0)[1])), 0)
    if row < view.height:
        picture[row:] = cv2.addWeighted(picture[row:], 1 - opacity, clean[row:], opacity, 0.0)

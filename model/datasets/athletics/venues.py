"""Where actions happen: what stands behind the athlete, and the stadium with its people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from model.datasets.athletics.backdrop import Sky
from model.datasets.athletics.camera import Camera, View
from model.datasets.athletics.canvas import Image
from model.datasets.athletics.coast import Coast
from model.datasets.athletics.equipment import scattered
from model.datasets.athletics.ground import Ground, draw_palette
from model.datasets.athletics.light import Light, Outfit, draw_official, vivid
from model.datasets.athletics.park import Park
from model.datasets.athletics.pool import Pool
from model.datasets.athletics.props import bystander
from model.datasets.athletics.room import Room
from model.datasets.athletics.scene import Action, Prop, Scene
from model.datasets.athletics.stadium import Stadium


class Venue(Protocol):
    """A place. `water`: how opaque what lies before a body below y = 0 is; None on land."""

    water: float | None
    props: list[Prop]

    def draw(self, picture: Image, view: View, frame: int) -> None:
        """Fill the whole picture."""


def make_venue(scene: Scene, light: Light, camera: Camera) -> Venue:
    """The place of a scene's family of actions."""
    makers: dict[str, Callable[[Scene, Light, Camera], Venue]] = {
        "stadium": Field,
        "coast": Coast,
        "pool": Pool,
        "park": Park,
        "room": Room,
    }
    return makers[Action.registry[scene.action].family](scene, light, camera)


class Field:
    """The stadium: sky, stands, ground, officials and, from version 2 on, others' equipment."""

    water: float | None = None

    def __init__(self, scene: Scene, light: Light, camera: Camera):
        self.light, self.camera, self.n_frames = light, camera, len(camera.x_T)
        pixels = float(camera.pixels_T.max())
        half = 0.5 * scene.width / float(camera.pixels_T.min())
        x = camera.x_T
        near = (float(x.min()) - 2 * half - 8, float(x.max()) + 2 * half + 8)
        deep = half * (camera.distance + 32.0) / camera.distance + 10
        far = (float(x.min()) - deep, float(x.max()) + deep)
        self.stadium = Stadium(
            scene.rng("stadium"), light, far, pixels, camera.distance, scene.leftwards
        )
        self.sky = Sky(scene.rng("sky"), light, scene.width, scene.height)
        palette = draw_palette(scene.rng("palette"))
        detail = max(1.0, scene.height / 240.0)
        markings = scene.performance.markings
        self.props = self._officials(scene.rng("officials"), pixels)
        if scene.version != "1":
            extra, strips = scattered(scene.rng("equipment"), (float(x.min()), float(x.max())))
            self.props += extra
            markings = (*markings, *strips)
        self.ground = Ground(scene.rng("ground"), near, palette, light, markings, detail)

    def draw(self, picture: Image, view: View, frame: int) -> None:
        self.sky.draw(picture, view)
        self.stadium.draw(picture, view)
        self.ground.draw(picture, view)

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
        return bystander(rng, self.light, outfit, place, density, self.n_frames)

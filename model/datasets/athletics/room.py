"""A room out of focus behind a face: walls, shelves, lamps."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.camera import Camera, View
from model.datasets.athletics.canvas import Canvas, Image
from model.datasets.athletics.light import Light, shade, vivid
from model.datasets.athletics.scene import Prop, Scene

_SPARE = 0.3


class Room:
    """One blurred picture, larger than the frame, that moves a little with the camera."""

    water: float | None = None

    def __init__(self, scene: Scene, light: Light, camera: Camera):
        rng = scene.rng("venue")
        self.props: list[Prop] = []
        w, h = int(scene.width * (1 + _SPARE)), int(scene.height * (1 + _SPARE))
        image = np.zeros((h, w, 3), np.uint8)
        wall = shade((205.0, 196.0, 184.0), float(rng.uniform(0.35, 1.1)))
        wall = wall if rng.uniform() < 0.6 else vivid(rng, (0.3, 0.75))
        image[:] = light.on(wall)
        canvas = Canvas(image)
        for _ in range(int(rng.integers(2, 9))):
            x, y = rng.uniform(-0.1, 1.0, 2) * [w, h]
            size = rng.uniform(0.06, 0.4, 2) * [w, h]
            corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size + [x, y]
            tone = vivid(rng, (0.15, 0.7)) if rng.uniform() < 0.5 else shade(wall, 0.7)
            canvas.convex(corners, light.on(tone))
        for _ in range(int(rng.choice([0, 0, 3, 8]))):
            at = rng.uniform(0.0, 1.0, 2) * [w, h]
            canvas.disc(at, float(rng.uniform(0.015, 0.05)) * h, (255.0, 240.0, 206.0))
        sigma = float(rng.uniform(1.0, 6.0)) * scene.height / 240
        soft = cv2.GaussianBlur(image, (0, 0), sigma)
        side = np.linspace(1.0, float(rng.uniform(0.6, 1.0)), w)[None, :, None]
        self.image = (soft * (side if light.key < 0 else side[:, ::-1])).astype(np.uint8)
        self._x, self._horizon = float(camera.x_T.mean()), float(camera.horizon_T.mean())

    def draw(self, picture: Image, view: View, frame: int) -> None:
        h, w = picture.shape[:2]
        spare_y, spare_x = self.image.shape[0] - h, self.image.shape[1] - w
        column = round(0.5 * spare_x + 0.3 * (view.x - self._x) * view.pixels)
        row = round(0.5 * spare_y - 0.3 * (view.horizon - self._horizon))
        column, row = (int(np.clip(v, 0, m)) for v, m in ((column, spare_x), (row, spare_y)))
        picture[:] = self.image[row : row + h, column : column + w]

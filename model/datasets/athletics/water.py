"""Water seen from above its surface: a texture that drifts, foam, and splashes."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Colour, Image
from model.datasets.athletics.ground import FAR_Z, NEAR_Z, warp
from model.datasets.athletics.light import Light
from model.datasets.athletics.props import Spray

_ALONG, _ACROSS = 24.0, 14.0
_FOAM = (236.0, 244.0, 248.0)


class Water:
    """The surface y = 0 between x0 and x1 metres; `swell`: how strongly waves show."""

    def __init__(
        self,
        rng: np.random.Generator,
        extent: tuple[float, float],
        colour: Colour,
        light: Light,
        swell: float,
    ):
        self.x0 = extent[0]
        columns = int((extent[1] - extent[0]) * _ALONG)
        rows = int((FAR_Z - NEAR_Z) * _ACROSS)
        waves = np.zeros((rows, columns), np.float32)
        for size_x, size_z, weight in ((60, 14, 0.5), (24, 7, 0.8), (9, 4, 0.7)):
            grid = rng.standard_normal((rows // size_z + 2, columns // size_x + 2))
            waves += weight * cv2.resize(grid.astype(np.float32), (columns, rows))
        tone = np.array(light.on(colour))
        shine = np.array(light.sky_low)
        glint = np.clip(waves - 1.1, 0, 1)[..., None]
        body = tone * (1.0 + 0.11 * swell * waves[..., None])
        self.texture = np.clip(body + 0.7 * swell * glint * (shine - body), 0, 255).astype(np.uint8)
        self._drift = rng.uniform(-0.02, 0.02, 2)
        self._phase = rng.uniform(0, 6, 2)

    def box(self, x0: float, x1: float, z0: float, z1: float) -> tuple[slice, slice]:
        """Where a rectangle of the surface lies in the texture."""
        rows = sorted(max(round((FAR_Z - z) * _ACROSS), 0) for z in (z0, z1))
        columns = sorted(max(round((x - self.x0) * _ALONG), 0) for x in (x0, x1))
        return slice(*rows), slice(*columns)

    def draw(self, picture: Image, view: View, frame: int) -> None:
        """Fill the picture below the far edge of the water."""
        x, z = 0.05 * np.sin(0.09 * frame + self._phase) + self._drift * frame
        warp(
            picture,
            view,
            self.texture,
            self.x0,
            (_ALONG, _ACROSS),
            (float(x), float(z)),
            cv2.BORDER_REFLECT,
        )


def splash(
    rng: np.random.Generator,
    frame: int,
    fps: float,
    place: tuple[float, float],
    size: float,
    count: int,
) -> Spray:
    """Drops thrown up at (x, z); `size` 1 is that of a body, 0.2 that of a hand."""
    speed = rng.uniform(0.5, 4.2, count) * np.sqrt(size)
    tilt = np.radians(rng.normal(90, 22, count))
    return Spray(
        start=frame,
        fps=fps,
        origin_N3=np.column_stack(
            [
                place[0] + rng.normal(0, 0.3 * size, count),
                np.full(count, 0.01),
                place[1] + rng.normal(0, 0.2 * size, count),
            ]
        ),
        velocity_N3=np.column_stack(
            [speed * np.cos(tilt), speed * np.sin(tilt), rng.normal(0, 0.4, count)]
        ),
        size_N=rng.uniform(0.01, 0.035, count),
        gain_N=rng.uniform(0.85, 1.1, count),
        colour=_FOAM,
        cloud=size,
        z=place[1] - 0.05,
    )

"""Flat pictures behind a scene: layers that stand upright, tree lines, the sky."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour, Image, paste
from model.datasets.athletics.light import Light


@dataclass(frozen=True)
class Layer:
    """A flat picture standing upright at depth z; `image` is premultiplied RGBA.

    x0: metres of its left edge; base: metres of its lower edge above the ground; density:
    texture pixels per metre; pan: 1 for a layer in the world, less for one far beyond it.
    """

    image: Image
    z: float
    x0: float
    base: float
    density: float
    pan: float = 1.0

    def draw(self, frame: Image, view: View) -> None:
        s = view.scale(self.z)
        ratio = s / self.density
        x = view.x * self.pan
        left = 0.5 * view.width + s * (self.x0 + self.pan * view.slant * self.z - x)
        bottom = view.horizon + s * (view.eye - self.base)
        top = bottom - ratio * self.image.shape[0]
        y0, y1 = max(int(np.floor(top)), 0), min(int(np.ceil(bottom)), view.height)
        if y0 >= y1:
            return
        matrix = np.array([[1 / ratio, 0, -left / ratio], [0, 1 / ratio, (y0 - top) / ratio]])
        piece = cv2.warpAffine(
            self.image,
            matrix,
            (view.width, y1 - y0),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
        )
        paste(frame, np.asarray(piece, np.uint8), 0, y0)


def layer_canvas(extent: tuple[float, float], high: float, density: float) -> Canvas:
    """A clear canvas for a layer, at twice its resolution; see `halve`."""
    shape = (int(high * density) + 1, int((extent[1] - extent[0]) * density) + 1)
    return Canvas(np.zeros((shape[0] * 2, shape[1] * 2, 4), np.uint8), scale=2.0)


def rect(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    """Fill an upright rectangle."""
    canvas.convex(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=float), colour)


def halve(image: Image) -> Image:
    """The picture at half its size."""
    size = (image.shape[1] // 2, image.shape[0] // 2)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def tree_line(
    rng: np.random.Generator, light: Light, extent: tuple[float, float], density: float
) -> Layer:
    """A line of trees and floodlight masts beyond the stands."""
    x0, x1 = extent[0] - 10, extent[1] + 10
    canvas = layer_canvas((x0, x1), 17.0, density)
    h, w = (v / 2 for v in canvas.image.shape[:2])
    night = light.name == "night"
    for x in np.arange(rng.uniform(2, 20) * density, w, rng.uniform(22, 30) * density):
        mast = (92.0, 96.0, 102.0)
        rect(canvas, x, h - 15.0 * density, x + 0.35 * density, h, light.on(mast))
        lamp = (255.0, 252.0, 236.0) if night else (176.0, 180.0, 186.0)
        rect(
            canvas,
            x - 1.4 * density,
            h - 16.6 * density,
            x + 1.7 * density,
            h - 14.8 * density,
            lamp,
        )
    green = (
        float(rng.uniform(40, 70)),
        float(rng.uniform(72, 100)),
        float(rng.uniform(36, 56)),
    )
    shapes = rng.uniform(0, 1, (int((x1 - x0) * 9), 4))
    # Big dark crowns first, small sunlit clumps last.
    for k, (u, v, q, g) in enumerate(shapes):
        late = k / len(shapes)
        radius = (2.4 - 1.8 * late) * (0.6 + 0.5 * q) * density
        ridge = 5.0 + 2.5 * np.sin(u * (x1 - x0) / 3.1) + 1.5 * np.sin(u * (x1 - x0) / 1.3)
        lift = float(v * ridge) * density
        at = np.array([u * w, h - lift - 0.6 * radius])
        gain = (0.3 if night else 0.6) * (0.75 + 0.35 * late + 0.35 * v) * (0.85 + 0.3 * g)
        canvas.ellipse(at, radius, radius, 0, light.on(green, gain))
    return Layer(halve(canvas.image), 48.0, x0, 0.5, density, pan=0.8)


class Sky:
    """A gradient with clouds, far larger than the picture; it hardly moves while panning."""

    def __init__(self, rng: np.random.Generator, light: Light, width: int, height: int):
        rows, columns = int(3.75 * height), int(3 * width)
        k = np.clip(np.linspace(0, 1 / 0.62, rows)[:, None, None], 0, 1)
        low, top = np.array(light.sky_low), np.array(light.sky_top)
        base = top + (low - top) * k
        threshold = float(rng.uniform(-0.3, 1.2))
        clouds = np.zeros((rows, columns), np.float32)
        for octave, weight in ((9, 1.0), (22, 0.5), (60, 0.25)):
            grid = rng.standard_normal((octave, octave)).astype(np.float32)
            clouds += weight * cv2.resize(grid, (columns, rows), interpolation=cv2.INTER_CUBIC)
        cover = np.clip(clouds - threshold, 0, 1)[:, :, None] * 0.55
        tone = {"night": (44.0, 48.0, 66.0), "golden": (252.0, 214.0, 176.0)}
        white = np.array(tone.get(light.name, (245.0, 244.0, 242.0)))
        self.image = np.clip(base + (white - base) * cover, 0, 255).astype(np.uint8)

    def draw(self, frame: Image, view: View) -> None:
        """Fill the whole frame."""
        h, w = frame.shape[:2]
        spare_y, spare_x = self.image.shape[0] - h, self.image.shape[1] - w
        column = int(np.clip(0.75 * spare_x + 0.05 * view.x * view.pixels, 0, spare_x))
        row = int(np.clip(self.image.shape[0] * 0.62 - view.horizon, 0, spare_y))
        frame[:] = self.image[row : row + h, column : column + w]

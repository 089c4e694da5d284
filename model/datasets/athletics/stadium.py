"""What stands behind the runway: sky, stands or trees, advertising boards, floodlights."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.backdrop import Layer, halve, layer_canvas, rect, tree_line
from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Canvas, Colour, Image
from model.datasets.athletics.light import HAIRS, SKINS, Light, shade, vivid

_WORDS = (
    "ATHLETICS", "CITY GAMES", "GRAND PRIX", "CITIUS", "ALTIUS", "FORTIUS", "MEETING", "FINALS",
    "NOVA", "ORBIT", "KAIROS", "TEMPO", "STADE", "OLYMP",
)  # fmt: skip


class Stadium:
    """The venue behind the runway for a camera that sees [x0, x1] metres of it."""

    def __init__(
        self,
        rng: np.random.Generator,
        light: Light,
        extent: tuple[float, float],
        pixels: float,
        distance: float,
        mirrored: bool,
    ):
        self.light = light
        self.layers: list[Layer] = []
        small = rng.uniform() < 0.35
        z = 30.0
        density = pixels * distance / (distance + z)
        if small or rng.uniform() < 0.5:
            self.layers.append(tree_line(rng, light, extent, pixels * distance / (distance + 48.0)))
        stand = self._stands(rng, extent, density, small)
        self.layers.append(Layer(stand, z, extent[0], 0.9, density))
        boards = self._boards(rng, extent, pixels * distance / (distance + 25.5), mirrored)
        self.layers.append(
            Layer(boards, 25.5, extent[0], 0.0, pixels * distance / (distance + 25.5))
        )

    def draw(self, frame: Image, view: View) -> None:
        """The layers from far to near."""
        for layer in self.layers:
            layer.draw(frame, view)

    def _stands(
        self, rng: np.random.Generator, extent: tuple[float, float], density: float, small: bool
    ) -> Image:
        high = float(rng.uniform(3.0, 5.0)) if small else float(rng.uniform(7.0, 15.0))
        roof = 0.0 if small else float(rng.choice([0.0, 2.2, 3.0]))
        canvas = layer_canvas(extent, high + roof + 0.5, density)
        h, w = (v / 2 for v in canvas.image.shape[:2])
        concrete = shade((150.0, 150.0, 154.0), float(rng.uniform(0.6, 1.0)))
        seat = vivid(rng, (0.3, 0.5)) if rng.uniform() < 0.6 else (120.0, 124.0, 132.0)
        top = h - high * density
        rect(canvas, 0, top, w, h, self.light.on(shade(concrete, 0.72)))
        fullness = float(rng.uniform(0.05, 0.4) if small else rng.uniform(0.35, 0.92))
        row_step, place = 0.62 * density, 0.52 * density
        dark = 0.62 if self.light.name == "night" else 0.86
        for k, y in enumerate(np.arange(top + 0.7 * row_step, h, row_step)):
            rect(
                canvas, 0, y - 0.05 * density, w, y + 0.08 * density, self.light.on(concrete, dark)
            )
            self._row(rng, canvas, float(y), w, (place, k), (seat, fullness, dark), density)
        for x in np.arange(rng.uniform(0, 6) * density, w, 9.0 * density):
            rect(canvas, x, top, x + 1.1 * density, h, self.light.on(concrete, dark))
        if roof:
            self._roof(rng, canvas, (w, top, roof), density)
        picture = halve(canvas.image)
        # The stands are out of focus and fall off towards the back rows.
        blurred = cv2.GaussianBlur(picture, (3, 3), float(rng.uniform(0.5, 0.9)))
        fall = np.linspace(0.74 if roof else 0.88, 1.0, picture.shape[0])[:, None, None]
        picture[:] = blurred
        picture[:, :, :3] = (blurred[:, :, :3] * fall).astype(np.uint8)
        return picture

    def _row(
        self,
        rng: np.random.Generator,
        canvas: Canvas,
        y: float,
        w: float,
        grid: tuple[float, int],
        look: tuple[Colour, float, float],
        density: float,
    ) -> None:
        """One row of seats, some taken."""
        place, k = grid
        seat, fullness, dark = look
        for x in np.arange((k % 2) * place / 2, w, place):
            if rng.uniform() > fullness:
                colour = self.light.on(seat, dark * float(rng.uniform(0.85, 1.05)))
                rect(canvas, x + 0.1 * place, y - 0.62 * place, x + 0.85 * place, y, colour)
                continue
            at = np.array([x + place * 0.5, y]) + rng.normal(0, 0.07, 2) * density
            self._spectator(rng, canvas, at, density, dark)

    def _spectator(
        self, rng: np.random.Generator, canvas: Canvas, at: Array, density: float, dark: float
    ) -> None:
        """Shoulders, head and hair of somebody seated, in mostly muted clothes."""
        gain = dark * float(rng.uniform(0.55, 1.05))
        if rng.uniform() < 0.45:
            shirt = vivid(rng, (0.25, 0.6))
        else:
            shirt = shade((214.0, 212.0, 208.0), float(rng.uniform(0.18, 1.0)))
        size = float(rng.uniform(0.85, 1.1)) * density
        body = self.light.on(shirt, gain)
        canvas.ellipse(at - [0, 0.17 * size], 0.215 * size, 0.24 * size, 0, body)
        if rng.uniform() < 0.25:
            arm = float(rng.choice([-1.0, 1.0])) * 0.2 * size
            canvas.disc(at + np.array([arm, -0.42 * size]), 0.07 * size, body)
        head = at - [float(rng.normal(0, 0.03)) * size, 0.47 * size]
        skin = SKINS[int(rng.integers(len(SKINS)))]
        canvas.disc(head, 0.105 * size, self.light.on(skin, gain))
        if rng.uniform() < 0.8:
            hair = HAIRS[int(rng.integers(len(HAIRS)))] if rng.uniform() < 0.7 else shirt
            canvas.disc(head - [0, 0.055 * size], 0.085 * size, self.light.on(hair, gain))

    def _roof(
        self,
        rng: np.random.Generator,
        canvas: Canvas,
        place: tuple[float, float, float],
        density: float,
    ) -> None:
        """A cantilever roof over the upper rows, its shade, and lamps under its edge."""
        w, top, roof = place
        colour = shade((196.0, 198.0, 204.0), float(rng.uniform(0.5, 1.0)))
        edge = top - roof * density
        rect(canvas, 0, edge + 0.5 * density, w, top, self.light.on((44.0, 46.0, 54.0)))
        rect(canvas, 0, edge, w, edge + 0.55 * density, self.light.on(colour))
        for x in np.arange(rng.uniform(0, 8) * density, w, 8.0 * density):
            rect(canvas, x, edge, x + 0.3 * density, top + 2 * density, self.light.on(colour, 0.7))
        lamp = (
            (255.0, 250.0, 232.0)
            if self.light.name in ("night", "golden")
            else (150.0, 150.0, 150.0)
        )
        for x in np.arange(density, w, 1.6 * density):
            rect(canvas, x, edge + 0.6 * density, x + 0.7 * density, edge + 0.8 * density, lamp)

    def _boards(
        self, rng: np.random.Generator, extent: tuple[float, float], density: float, mirrored: bool
    ) -> Image:
        """Advertising boards along the far side of the track."""
        canvas = layer_canvas(extent, 1.05, density)
        h, w = (v / 2 for v in canvas.image.shape[:2])
        x = 0.0
        while x < w:
            length = float(rng.uniform(3.5, 6.5)) * density
            colour = vivid(rng, (0.22, 0.5)) if rng.uniform() < 0.75 else (236.0, 236.0, 236.0)
            rect(canvas, x, 0, x + length - 0.05 * density, h, self.light.on(colour))
            ink = (245.0, 245.0, 245.0) if sum(colour) < 480 else (30.0, 40.0, 90.0)
            word = str(rng.choice(_WORDS))
            _lettering(
                canvas.image, word, (2 * x, 0, 2 * length, 2 * h), self.light.on(ink), mirrored
            )
            rect(canvas, x, 0, x + length, 0.06 * density, self.light.on((210.0, 210.0, 210.0)))
            x += length
        return halve(canvas.image)


def _lettering(
    image: Image, word: str, box: tuple[float, float, float, float], ink: Colour, mirrored: bool
) -> None:
    """A word in the middle of a box (x, y, w, h), reversed where the picture will be mirrored."""
    x, y, w, h = (int(v) for v in box)
    font, thick = cv2.FONT_HERSHEY_DUPLEX, max(1, round(h / 14))
    (tw, th), _ = cv2.getTextSize(word, font, 1.0, thick)
    size = min(0.62 * h / th, 0.8 * w / tw)
    stamp = np.zeros((h, w, 4), np.uint8)
    at = (int((w - size * tw) / 2), int((h + size * th) / 2))
    cv2.putText(stamp, word, at, font, size, (*ink, 255.0), thick, cv2.LINE_AA)
    if mirrored:
        stamp = np.ascontiguousarray(stamp[:, ::-1])
    paste4(image, stamp, x, y)


def paste4(image: Image, stamp: Image, x: int, y: int) -> None:
    """Lay a premultiplied stamp on a premultiplied RGBA image."""
    x1 = min(x + stamp.shape[1], image.shape[1])
    y1 = min(y + stamp.shape[0], image.shape[0])
    piece = stamp[: y1 - y, : x1 - x].astype(np.float32)
    below = image[y:y1, x:x1].astype(np.float32)
    image[y:y1, x:x1] = (piece + below * (1 - piece[:, :, 3:] / 255)).astype(np.uint8)

"""Anti-aliased drawing with sub-pixel coordinates on an RGB or premultiplied RGBA image."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[float, float, float]
_SHIFT = 4
_ONE = 1 << _SHIFT
_ARC = np.radians(np.linspace(-90.0, 90.0, 7))
_HALF_DISC = np.stack([np.cos(_ARC), np.sin(_ARC)], axis=1)
_ROUND = np.linspace(0.0, 2.0 * np.pi, 20, endpoint=False)
_DISC = np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=1)


class Canvas:
    """An image (H, W, 3 or 4) drawn on in pixels; `origin` and `scale` map frame pixels to it.

    On four channels colours are stored premultiplied with full alpha, so the anti-aliased edge
    of a shape carries the right coverage.
    """

    def __init__(self, image: Image, origin: tuple[float, float] = (0.0, 0.0), scale: float = 1.0):
        self.image = image
        self.origin = np.asarray(origin, dtype=float)
        self.scale = scale
        self._opaque = image.shape[2] == 4

    def _fixed(self, points_N2: NDArray[np.float64]) -> NDArray[np.int32]:
        # Pixel centres are integers in OpenCV and halves here.
        at = points_N2 - self.origin
        at *= self.scale * _ONE
        at -= 0.5 * _ONE
        return np.asarray(np.rint(at, out=at), np.int32)

    def _ink(self, colour: Colour) -> tuple[float, ...]:
        return (*colour, 255.0) if self._opaque else colour

    def polygon(self, points_N2: NDArray[np.float64], colour: Colour) -> None:
        """Fill any simple polygon."""
        cv2.fillPoly(self.image, [self._fixed(points_N2)], self._ink(colour), cv2.LINE_AA, _SHIFT)

    def convex(self, points_N2: NDArray[np.float64], colour: Colour) -> None:
        """Fill a convex polygon."""
        cv2.fillConvexPoly(
            self.image, self._fixed(points_N2), self._ink(colour), cv2.LINE_AA, _SHIFT
        )

    def convexes(self, outlines_KN2: NDArray[np.float64], colours: list[Colour]) -> None:
        """Fill K convex polygons of N points each, one over the other."""
        for outline, colour in zip(self._fixed(outlines_KN2), colours, strict=True):
            cv2.fillConvexPoly(self.image, outline, self._ink(colour), cv2.LINE_AA, _SHIFT)

    def capsule(
        self, a: NDArray[np.float64], b: NDArray[np.float64], ra: float, rb: float, colour: Colour
    ) -> None:
        """Fill a limb: the hull of two discs of radii `ra` and `rb` pixels."""
        self.convex(capsule_outline(a, b, ra, rb), colour)

    def disc(self, centre: NDArray[np.float64], radius: float, colour: Colour) -> None:
        """Fill a disc of `radius` pixels."""
        at = self._fixed(np.asarray(centre, dtype=float)[None])[0]
        cv2.circle(
            self.image,
            (int(at[0]), int(at[1])),
            max(1, round(radius * self.scale * _ONE)),
            self._ink(colour),
            -1,
            cv2.LINE_AA,
            _SHIFT,
        )

    def ellipse(
        self, centre: NDArray[np.float64], rx: float, ry: float, angle: float, colour: Colour
    ) -> None:
        """Fill an ellipse; angle in degrees, clockwise on screen."""
        c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        axes = np.array([[rx * c, rx * s], [-ry * s, ry * c]])
        self.convex(centre + _DISC @ axes, colour)

    def stroke(self, points_N2: NDArray[np.float64], width: float, colour: Colour) -> None:
        """A polyline of a width in pixels, drawn as a chain of thin quadrilaterals."""
        a, b = points_N2[:-1], points_N2[1:]
        along = b - a
        length = np.hypot(along[:, 0], along[:, 1])
        n = np.empty_like(along)
        n[:, 0], n[:, 1] = -along[:, 1], along[:, 0]
        n *= (0.5 * width / np.maximum(length, 1e-6))[:, None]
        quads = np.stack([a + n, b + n, b - n, a - n], axis=1)[length >= 1e-6]
        self.convexes(quads, [colour] * len(quads))


def capsule_outline(
    a: NDArray[np.float64], b: NDArray[np.float64], ra: float, rb: float
) -> NDArray[np.float64]:
    """Outline (14, 2) of the hull of two discs."""
    arc = end_cap(a, b)
    outline = np.empty((14, 2))
    outline[:7] = b + rb * arc
    outline[7:] = a - ra * arc
    return outline


def end_cap(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of the unit circle (7, 2), open towards `a`, for the end at `b`."""
    dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    return np.asarray(_HALF_DISC @ np.array([[dx, dy], [-dy, dx]]))


def paste(frame: Image, layer: Image, x: int, y: int) -> None:
    """Lay a premultiplied RGBA layer over an RGB frame with its top left corner at (x, y)."""
    h, w = frame.shape[:2]
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + layer.shape[1], w), min(y + layer.shape[0], h)
    if x0 >= x1 or y0 >= y1:
        return
    piece = np.ascontiguousarray(layer[y0 - y : y1 - y, x0 - x : x1 - x])
    target = frame[y0:y1, x0:x1]
    cover = cv2.cvtColor(cv2.bitwise_not(piece[:, :, 3]), cv2.COLOR_GRAY2RGB)
    below = cv2.multiply(target, cover, scale=1 / 255.0)
    frame[y0:y1, x0:x1] = cv2.add(below, cv2.cvtColor(piece, cv2.COLOR_RGBA2RGB))

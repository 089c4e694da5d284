"""The ground plane: one top-down texture per scene, seen through a homography per frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.datasets.athletics.camera import View
from model.datasets.athletics.canvas import Colour, Image
from model.datasets.athletics.light import Light, shade

# Texture pixels per metre along the runway and across it, for a picture 240 rows high.
_ALONG = 40.0
_ACROSS = 16.0
NEAR_Z = -9.0
FAR_Z = 26.0


@dataclass(frozen=True)
class Marking:
    """A rectangle of ground, metres: [x0, x1] x [z0, z1], with its colour and grain (0..255)."""

    x0: float
    x1: float
    z0: float
    z1: float
    colour: Colour
    grain: float = 3.0


@dataclass(frozen=True)
class Palette:
    """Colours of one venue's floor."""

    grass: Colour
    runway: Colour
    apron: Colour
    track: Colour
    line: Colour = (238.0, 238.0, 232.0)


def draw_palette(rng: np.random.Generator) -> Palette:
    """Grass, runway and track of one venue."""
    grass = (
        float(rng.uniform(62, 104)),
        float(rng.uniform(118, 150)),
        float(rng.uniform(48, 76)),
    )
    surfaces: tuple[Colour, ...] = (
        (176, 74, 58),
        (150, 58, 50),
        (62, 104, 158),
        (84, 120, 166),
        (196, 98, 66),
        (92, 98, 108),
        (70, 130, 140),
    )
    first, second = rng.choice(len(surfaces), 2, replace=False)
    same = rng.uniform() < 0.45
    runway = surfaces[int(first)]
    apron = grass if rng.uniform() < 0.45 else surfaces[int(second)]
    return Palette(grass, runway, apron, runway if same else surfaces[int(second)])


class Ground:
    """The floor between x0 and x1 metres; `detail` multiplies the resolution of its texture."""

    def __init__(
        self,
        rng: np.random.Generator,
        extent: tuple[float, float],
        palette: Palette,
        light: Light,
        markings: tuple[Marking, ...],
        detail: float = 1.0,
    ):
        self._px_x, self._px_z = _ALONG * detail, _ACROSS * detail
        self.x0, self.x1 = extent
        self.light = light
        columns = int((self.x1 - self.x0) * self._px_x)
        rows = int((FAR_Z - NEAR_Z) * self._px_z)
        self._texture = np.zeros((rows, columns, 3), np.uint8)
        self._noise = _grain(rng, rows, columns)
        self._lay(Marking(self.x0, self.x1, NEAR_Z, FAR_Z, palette.grass, 9.0))
        self._mow(rng, palette)
        self._track(palette)
        self._lay(Marking(self.x0, self.x1, -1.9, 2.4, palette.apron, 6.0))
        self._lay(Marking(self.x0, markings_start(markings), -0.64, 0.64, palette.line, 2.0))
        self._lay(Marking(self.x0, markings_start(markings), -0.58, 0.58, palette.runway, 6.0))
        for marking in markings:
            self._lay(marking)
        self._steps(rng, markings_start(markings))
        self.texture = self._soften()

    def _box(self, m: Marking) -> tuple[slice, slice]:
        rows = sorted(round((FAR_Z - z) * self._px_z) for z in (m.z0, m.z1))
        cols = sorted(round((x - self.x0) * self._px_x) for x in (m.x0, m.x1))
        return slice(max(rows[0], 0), max(rows[1], 0)), slice(max(cols[0], 0), max(cols[1], 0))

    def _lay(self, m: Marking) -> None:
        rows, cols = self._box(m)
        if not self._noise[rows, cols].size:
            return
        base = np.full(self._noise[rows, cols].shape, 128, np.uint8)
        grey = cv2.addWeighted(self._noise[rows, cols], m.grain / 24.0, base, -m.grain / 24.0, 128)
        levels = np.arange(256, dtype=float)[:, None] - 128.0 + np.array(self.light.on(m.colour))
        table = np.clip(levels, 0, 255).astype(np.uint8)[None]
        self._texture[rows, cols] = cv2.LUT(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), table)

    def _mow(self, rng: np.random.Generator, palette: Palette) -> None:
        """Mowing stripes across the infield and behind the track."""
        width = float(rng.uniform(3.0, 6.0))
        gain = float(rng.uniform(0.86, 0.94))
        for x in np.arange(self.x0, self.x1, 2 * width):
            self._lay(Marking(x, x + width, NEAR_Z, FAR_Z, shade(palette.grass, gain), 9.0))

    def _track(self, palette: Palette) -> None:
        """The far straight with its lanes."""
        self._lay(Marking(self.x0, self.x1, 12.0, 21.8, palette.track, 5.0))
        for lane in range(9):
            z = 12.0 + 1.22 * lane
            self._lay(Marking(self.x0, self.x1, z, z + 0.14, palette.line, 2.0))
        for x in np.arange(np.ceil(self.x0 / 10) * 10, self.x1, 10.0):
            self._lay(Marking(x, x + 0.12, 12.0, 21.8, palette.line, 2.0))

    def _steps(self, rng: np.random.Generator, end: float) -> None:
        """Check marks that athletes tape beside the runway, and scuffs."""
        for _ in range(int(rng.integers(4, 9))):
            x = float(rng.uniform(self.x0 + 4, end - 3))
            z = float(rng.choice([-0.85, 0.75])) + float(rng.uniform(-0.05, 0.1))
            tape = (
                float(rng.uniform(200, 255)),
                float(rng.uniform(40, 250)),
                float(rng.uniform(40, 200)),
            )
            self._lay(Marking(x, x + 0.3, z, z + 0.12, tape, 2.0))

    def _soften(self) -> Image:
        """Blur what perspective would alias: the farther, the more along both axes."""
        out = self._texture.copy()
        for z0, z1, kz, kx in ((3.0, 9.0, 3, 3), (9.0, 15.0, 7, 3), (15.0, FAR_Z, 9, 5)):
            rows = slice(round((FAR_Z - z1) * self._px_z), round((FAR_Z - z0) * self._px_z))
            out[rows] = cv2.blur(self._texture, (kx, kz))[rows]
        return out

    def draw(self, frame: Image, view: View) -> None:
        """Fill the part of the frame below the ground's far edge."""
        warp(frame, view, self.texture, self.x0, (self._px_x, self._px_z))


def warp(
    frame: Image,
    view: View,
    texture: Image,
    x0: float,
    density: tuple[float, float],
    shift: tuple[float, float] = (0.0, 0.0),
    border: int = cv2.BORDER_REPLICATE,
) -> None:
    """Draw a top-down texture of the plane y = 0 from its far edge on.

    x0: metres of the left column; density: texture pixels per metre along x and z; shift: metres
    by which the texture has moved along both; border: OpenCV's name for what lies beyond it.
    """
    px_x, px_z = density
    top = int(view.point(0.0, 0.0, FAR_Z)[1])
    if top >= view.height:
        return
    top = max(top, 0)
    corners = np.array(
        [
            [view.x - 6, 0.0, NEAR_Z + 1],
            [view.x + 6, 0.0, NEAR_Z + 1],
            [view.x + 12, 0.0, FAR_Z - 1],
            [view.x - 12, 0.0, FAR_Z - 1],
        ]
    )
    screen = view.project(corners) - np.array([0.5, top + 0.5])
    texels = np.stack(
        [
            (corners[:, 0] - x0 - shift[0]) * px_x,
            (FAR_Z - corners[:, 2] + shift[1]) * px_z,
        ],
        axis=1,
    )
    matrix = cv2.getPerspectiveTransform(screen.astype(np.float32), texels.astype(np.float32))
    frame[top:] = cv2.warpPerspective(
        texture,
        matrix,
        (view.width, view.height - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
    )


def markings_start(markings: tuple[Marking, ...]) -> float:
    """Where the runway ends: the first marking that covers all of its width."""
    return min((m.x0 for m in markings if m.z0 <= -0.58 and m.z1 >= 0.58), default=0.0)


def _grain(rng: np.random.Generator, rows: int, columns: int) -> Image:
    """Noise of deviation 24 around 128, with fine grain and slow patches."""
    fine = rng.standard_normal((rows, columns), dtype=np.float32)
    coarse = rng.standard_normal((rows // 16 + 2, columns // 48 + 2)).astype(np.float32)
    patches = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.clip(128.0 + 18.0 * fine + 17.0 * patches, 0, 255).astype(np.uint8)

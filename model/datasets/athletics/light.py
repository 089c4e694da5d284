"""Light and colour: time of day, skin, kit."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

from model.datasets.athletics.canvas import Colour

SKINS: tuple[Colour, ...] = (
    (243, 205, 176),
    (229, 184, 150),
    (206, 154, 116),
    (174, 121, 84),
    (132, 88, 60),
    (97, 63, 45),
    (74, 48, 36),
)
HAIRS: tuple[Colour, ...] = (
    (28, 22, 20),
    (45, 32, 25),
    (84, 56, 36),
    (128, 88, 48),
    (196, 160, 96),
)


@dataclass(frozen=True)
class Light:
    """One time of day.

    tint: multiplies every surface; key: side the light comes from (-1 left, +1 right);
    shadow: darkness of cast shadows 0..1; throw: shadow displacement (x, z) per metre of height.
    """

    name: str
    tint: tuple[float, float, float]
    sky_top: Colour
    sky_low: Colour
    key: float
    contrast: float
    shadow: float
    throw: tuple[float, float]

    def on(self, colour: Colour, gain: float = 1.0) -> Colour:
        """A surface colour under this light."""
        (r, g, b), (tr, tg, tb) = colour, self.tint
        return (min(255.0, r * tr * gain), min(255.0, g * tg * gain), min(255.0, b * tb * gain))


def draw_light(rng: np.random.Generator) -> Light:
    """One of five times of day, with variation."""
    key = float(rng.choice([-1.0, 1.0]))
    x = -key * float(rng.uniform(0.25, 0.7))
    z = float(rng.uniform(-0.35, 0.35))
    kind = rng.choice(
        ["noon", "clear", "overcast", "golden", "night"], p=[0.25, 0.25, 0.2, 0.15, 0.15]
    )
    table: dict[str, tuple[tuple[float, float, float], Colour, Colour, float, float, float]] = {
        "noon": ((1.04, 1.02, 0.98), (70, 130, 205), (176, 208, 236), 0.30, 0.50, 0.6),
        "clear": ((1.0, 1.0, 1.0), (96, 150, 214), (204, 222, 238), 0.25, 0.42, 1.2),
        "overcast": ((0.88, 0.91, 0.95), (168, 176, 186), (206, 210, 214), 0.14, 0.16, 0.3),
        "golden": ((1.05, 0.88, 0.68), (112, 128, 168), (246, 196, 132), 0.34, 0.42, 3.0),
        "night": ((0.86, 0.90, 0.98), (10, 14, 32), (30, 38, 66), 0.24, 0.28, 0.4),
    }
    tint, top, low, contrast, shadow, length = table[str(kind)]
    wobble = rng.uniform(0.94, 1.06) * rng.uniform(0.98, 1.02, 3)
    r, g, b = (float(t * w) for t, w in zip(tint, wobble, strict=True))
    return Light(
        str(kind), (r, g, b), top, low, key, contrast, shadow, (x * length, z * min(length, 1.0))
    )


def shade(colour: Colour, gain: float) -> Colour:
    """A lighter (gain > 1) or darker colour."""
    r, g, b = (float(min(255.0, max(0.0, c * gain))) for c in colour)
    return (r, g, b)


def vivid(rng: np.random.Generator, lightness: tuple[float, float] = (0.35, 0.6)) -> Colour:
    """A saturated colour, as of a kit or a board."""
    r, g, b = colorsys.hls_to_rgb(
        float(rng.uniform()), float(rng.uniform(*lightness)), float(rng.uniform(0.35, 0.85))
    )
    return (255 * r, 255 * g, 255 * b)


@dataclass(frozen=True)
class Outfit:
    """Clothing of one figure. `legs` is how far the trousers reach: 0.45 thigh .. 2 ankle."""

    skin: Colour
    hair: Colour
    top: Colour
    trim: Colour
    bottom: Colour
    shoes: Colour
    legs: float
    sleeves: float
    long_hair: bool
    cap: Colour | None = None
    bib: bool = False


def draw_kit(rng: np.random.Generator) -> Outfit:
    """An athlete: singlet and shorts, or a one-piece suit."""
    top = vivid(rng) if rng.uniform() < 0.8 else (236.0, 236.0, 236.0)
    dark = shade(vivid(rng, (0.12, 0.25)), 1.0)
    suit = rng.uniform() < 0.3
    return Outfit(
        skin=SKINS[int(rng.integers(len(SKINS)))],
        hair=HAIRS[int(rng.integers(len(HAIRS)))],
        top=top,
        trim=vivid(rng, (0.6, 0.9)),
        bottom=shade(top, 0.85) if suit else (dark if rng.uniform() < 0.6 else vivid(rng)),
        shoes=vivid(rng, (0.45, 0.7)) if rng.uniform() < 0.7 else (240.0, 240.0, 235.0),
        legs=float(rng.choice([0.35, 0.5, 0.62, 0.9])),
        sleeves=0.0 if rng.uniform() < 0.75 else 0.55,
        long_hair=bool(rng.uniform() < 0.35),
        bib=bool(rng.uniform() < 0.85),
    )


def draw_official(rng: np.random.Generator, uniform: Colour) -> Outfit:
    """A judge in the meeting's polo shirt, or somebody else by the runway."""
    judge = rng.uniform() < 0.7
    return Outfit(
        skin=SKINS[int(rng.integers(len(SKINS)))],
        hair=HAIRS[int(rng.integers(len(HAIRS)))],
        top=uniform if judge else vivid(rng),
        trim=(235.0, 235.0, 235.0),
        bottom=(196.0, 184.0, 156.0) if judge else shade(vivid(rng, (0.15, 0.3)), 1.0),
        shoes=(60.0, 58.0, 56.0),
        legs=1.85 if rng.uniform() < 0.8 else 0.8,
        sleeves=0.6,
        long_hair=bool(rng.uniform() < 0.3),
        cap=shade(uniform, 0.8) if rng.uniform() < 0.5 else None,
    )

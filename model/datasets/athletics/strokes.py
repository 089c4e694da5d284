"""Swimming strokes: front crawl and breaststroke as poses over a cycle, and the glide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model.datasets.athletics.body import Array, Build, Channel
from model.datasets.athletics.light import Outfit, shade
from model.datasets.athletics.runup import pose

Stroke = Callable[[Build, Array], tuple[Array, Array]]
# The hips hang below the surface by this share of body height.
_DEPTH = 0.035
GLIDE = pose(lean=88, head=-4, hip_r=2, knee_r=4, foot_r=-62, hip_l=-2, knee_l=6, foot_l=-62,
             arm_r=178, elbow_r=2, arm_l=178, elbow_l=2)  # fmt: skip


def crawl(build: Build, cycles_T: Array) -> tuple[Array, Array]:
    """Root (T, 2) about x = 0 and poses (T, C) of the front crawl; arms half a cycle apart."""
    turn = 2 * np.pi * cycles_T
    out = np.tile(GLIDE, (len(cycles_T), 1))
    out[:, Channel.LEAN] = 86.0 + 2.0 * np.sin(2 * turn)
    out[:, Channel.YAW] = 16.0 * np.sin(turn)
    for side, shift in (("R", 0.0), ("L", 0.5)):
        own = np.mod(cycles_T + shift, 1.0)
        # Under water from ahead to the hip, then back over it; slower in the reach.
        sweep = own - 0.09 * np.sin(2 * np.pi * own)
        out[:, Channel[f"ARM_{side}"]] = 178.0 - 360.0 * sweep
        recovery = np.clip(np.sin(2 * np.pi * (own - 0.5)), 0, None)
        pull = np.clip(np.sin(2 * np.pi * own), 0, None)
        out[:, Channel[f"ELBOW_{side}"]] = 5.0 + 55.0 * pull + 70.0 * recovery
        kick = np.sin(3 * turn + 2 * np.pi * shift)
        out[:, Channel[f"HIP_{side}"]] = 13.0 * kick
        out[:, Channel[f"KNEE_{side}"]] = 12.0 - 12.0 * np.cos(3 * turn + 2 * np.pi * shift)
    root = np.stack([np.zeros_like(cycles_T), _depth(build) + 0.015 * np.sin(2 * turn)], axis=1)
    return root, out


def breast(build: Build, cycles_T: Array) -> tuple[Array, Array]:
    """Root (T, 2) and poses (T, C) of the breaststroke: pull, breath, kick, glide."""
    own = np.mod(cycles_T, 1.0)

    def bump(middle: float, width: float) -> Array:
        distance = np.abs(own - middle)
        return np.asarray(np.cos(np.pi / 2 * np.clip(distance / width, 0, 1)) ** 2)

    pull, breath, kick = bump(0.28, 0.26), bump(0.36, 0.26), bump(0.56, 0.24)
    out = np.tile(GLIDE, (len(cycles_T), 1))
    out[:, Channel.LEAN] = 88.0 - 34.0 * breath
    out[:, Channel.HEAD] = -4.0 + 30.0 * breath
    for side, late in (("R", 0.0), ("L", 0.02)):
        out[:, Channel[f"ARM_{side}"]] = 178.0 - 118.0 * pull - 40.0 * breath + 200 * late * pull
        out[:, Channel[f"ELBOW_{side}"]] = 4.0 + 82.0 * breath + 28.0 * pull
        out[:, Channel[f"HIP_{side}"]] = 2.0 + 52.0 * kick - 26.0 * breath
        out[:, Channel[f"KNEE_{side}"]] = 6.0 + 112.0 * kick
        out[:, Channel[f"FOOT_{side}"]] = -62.0 + 70.0 * kick
    surge = 0.16 * np.sin(2 * np.pi * (own - 0.45))
    root = np.stack([surge, _depth(build) - 0.03 * breath], axis=1)
    return root, out


STROKES: dict[str, Stroke] = {"crawl": crawl, "breast": breast}


def _depth(build: Build) -> float:
    return -_DEPTH * build.height


def swimwear(outfit: Outfit) -> Outfit:
    """The same person in trunks and a cap."""
    return replace(
        outfit,
        top=outfit.skin if outfit.sleeves == 0.0 and not outfit.long_hair else outfit.bottom,
        legs=0.3,
        sleeves=0.0,
        long_hair=False,
        bib=False,
        hair=shade(outfit.trim, 0.9),
        shoes=outfit.skin,
    )

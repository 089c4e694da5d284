"""Paths through points in time, shared by the actions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator

from model.datasets.athletics.body import Array, Build, forward, reach_leg

GRAVITY = 9.81


def path(points: Sequence[tuple[float, ...]], times_T: Array) -> Array:
    """Values (T, ...) through (second, value, ...) without overshoot; held outside the range."""
    table = np.array(points)
    curve = PchipInterpolator(table[:, 0], table[:, 1:])
    return np.asarray(curve(np.clip(times_T, table[0, 0], table[-1, 0])))


def stand(build: Build, root_T2: Array, poses_TC: Array, feet: tuple[float, float]) -> Array:
    """Poses with both feet flat on y = 0, the right and the left ankle at x = feet, metres."""
    flat = np.zeros(len(root_T2))
    out = poses_TC
    for side, x in zip("RL", feet, strict=True):
        ankle = np.tile([x, build.sole], (len(root_T2), 1))
        out = reach_leg(build, root_T2, out, side, ankle, flat)
    return out


def joint_path(build: Build, root_T2: Array, poses_TC: Array, joint: int) -> Array:
    """Positions (T, 3) of one joint, metres."""
    return np.asarray(forward(build, root_T2, poses_TC)[:, joint])

"""The camera on a tripod, and how one operator's framing differs from another's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from model.datasets.athletics.body import Array
from model.datasets.athletics.camera import Camera, Framing, drift, shake


def steady_camera(
    rng: np.random.Generator,
    framing: Framing,
    root_T2: Array,
    body_height: float,
    size: tuple[int, int],
    fps: float,
) -> Camera:
    """A camera that turns after the athlete's root (T, 2) and keeps it near the middle."""
    width, height = size
    n = len(root_T2)
    pixels = float(rng.uniform(*framing.figure)) * height / body_height
    lag = float(rng.uniform(0.08, 0.2)) * fps
    x, y = (gaussian_filter1d(root_T2[:, i], lag, mode="nearest") for i in (0, 1))
    zoom = 1.0 + 0.05 * drift(rng, n, 1.5 * fps)
    pixels_T = pixels * zoom
    eye = float(rng.uniform(*framing.above))
    middle = height * (float(rng.uniform(0.46, 0.56)) + 0.01 * drift(rng, n, 0.8 * fps))
    x = x + (width / pixels) * 0.012 * drift(rng, n, 0.8 * fps)
    return Camera(
        width,
        height,
        float(rng.uniform(*framing.away)),
        eye,
        float(rng.uniform(-0.2, 0.2)),
        np.asarray(x),
        pixels_T,
        np.asarray(middle + framing.look * pixels_T * (y - eye)),
    )


def vary(rng: np.random.Generator, camera: Camera, fps: float, partial: float) -> Camera:
    """The same camera closer or farther, off the middle, and in a less steady hand.

    partial: largest shift as a share of the picture.
    """
    n = len(camera.x_T)
    zoom = float(np.exp(rng.uniform(-0.28, 0.24)))
    right, down = rng.uniform(-partial, partial, 2) * [camera.width, 0.8 * camera.height]
    tremor = float(rng.uniform(0.0, 0.012))
    pixels = camera.pixels_T * zoom
    side = right + camera.width * (tremor * drift(rng, n, 0.12 * fps) + shake(rng, n, 0.3 * tremor))
    tall = down + camera.height * (tremor * drift(rng, n, 0.12 * fps) + shake(rng, n, 0.3 * tremor))
    middle = 0.5 * camera.height
    # Zoom about the middle of the picture.
    horizon = middle + zoom * (camera.horizon_T - middle) + tall
    return replace(
        camera, x_T=camera.x_T - side / pixels, pixels_T=pixels, horizon_T=np.asarray(horizon)
    )

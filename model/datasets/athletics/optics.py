"""What the camera does to the light: noise and exposure, a soft lens, a worn picture."""

from __future__ import annotations

import cv2
import numpy as np

from model.datasets.athletics.canvas import Image


class Sensor:
    """Exposure that breathes, and noise; `size` is (width, height), tiles: how many noises."""

    def __init__(
        self,
        rng: np.random.Generator,
        n_frames: int,
        fps: float,
        size: tuple[int, int],
        tiles: int = 6,
    ):
        period, offset = rng.uniform(2, 6), rng.uniform(0, 6)
        t = np.arange(n_frames) / fps
        self._gain = 1.0 + 0.02 * np.sin(2 * np.pi * t / period + offset)
        self._offsets = rng.integers(0, 32, (n_frames, 2))
        self._noise = _noise_tiles(rng, *size, tiles)

    def expose(self, picture: Image, index: int) -> Image:
        """The picture with this frame's exposure and noise."""
        h, w = picture.shape[:2]
        dy, dx = self._offsets[index]
        noise = self._noise[index % len(self._noise), dy : dy + h, dx : dx + w]
        return np.asarray(
            cv2.addWeighted(picture, float(self._gain[index]), noise, 1.0, -128.0), np.uint8
        )


def _noise_tiles(rng: np.random.Generator, width: int, height: int, tiles: int) -> Image:
    """Sensor noise around 128, (tiles, H + 32, W + 32, 3): mostly luma, some chroma."""
    size = (tiles, height + 32, width + 32)
    sigma = float(rng.uniform(1.2, 3.2))
    luma = rng.standard_normal(size, dtype=np.float32)[..., None]
    chroma = rng.standard_normal((*size, 3), dtype=np.float32)
    return np.clip(128.5 + sigma * (luma + 0.5 * chroma), 0, 255).astype(np.uint8)


class Wear:
    """One camera's own look: focus, contrast, colour, and a lens that is a little dirty."""

    def __init__(self, rng: np.random.Generator, size: tuple[int, int]):
        sharp = rng.uniform() < 0.35
        self._blur = 0.0 if sharp else float(rng.uniform(0.4, 1.5)) * size[1] / 240
        gain, lift = float(rng.uniform(0.72, 1.15)), float(rng.uniform(-14, 26))
        gamma = float(rng.uniform(0.8, 1.25))
        warmth = rng.uniform(0.93, 1.07, 3)
        level = 255.0 * (np.arange(256)[:, None] / 255.0) ** gamma
        table = np.clip(level * gain * warmth + lift, 0, 255).astype(np.uint8)
        self._table = np.ascontiguousarray(table[None])

    def on(self, picture: Image) -> Image:
        """The picture as this camera sees it."""
        if self._blur:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self._blur), np.uint8)
        return np.asarray(cv2.LUT(picture, self._table), np.uint8)

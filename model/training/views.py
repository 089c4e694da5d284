"""What a network sees of a clip: one of five crops in training, the whole picture in use.

Shape legend: T steps, H = W = `size` pixels. A crop is 7/8 of the cached side (224 of 256).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.training.augment import CROPS, crop, resize
from model.training.clips import ClipCache

WHOLE = -1


@dataclass(frozen=True)
class Views:
    """Crops of cached clips. Each clip has its own order of the five, drawn from its name; `count`
    (1 to 5) are used, and `WHOLE` is the whole picture, squeezed as in an analysis."""

    cache: ClipCache
    size: int
    count: int = 1

    @property
    def key(self) -> str:
        """What the pixels depend on beside the clip and the recipe."""
        return f"{self.size} {self.cache.side} {self.cache.max_steps}"

    def __call__(self, path: Path, view: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """RGB and flow images (T, H, W, 3). Raises UnreadableVideo."""
        images = self.cache.get(path)
        if view != WHOLE:
            digest = hashlib.sha256(path.name.encode()).digest()
            order = np.random.default_rng(list(digest)).permutation(len(CROPS))
            images = crop(images, int(order[view]), images.rgb_THWC.shape[1] * 7 // 8)
        images = resize(images, self.size)
        return np.ascontiguousarray(images.rgb_THWC), np.ascontiguousarray(images.flow_THWC)

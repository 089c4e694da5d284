"""What a network sees of a clip: one of five crops in training, the whole picture in use.

Shape legend: T steps, M picked ones, H = W = `size` pixels. A crop is 7/8 of the cached side (224
of 256).
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from model.training.augment import CROPS, crop, resize
from model.training.clips import ClipCache, StepImages
from model.training.mapped import MappedFolder

WHOLE = -1
Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Views:
    """Crops of cached clips. Each clip has its own order of the five, drawn from its name; `count`
    (1 to 5) are used, and `WHOLE` is the whole picture, squeezed as in an analysis."""

    cache: ClipCache
    size: int
    count: int = 1
    _last: dict[Path, StepImages] = field(default_factory=dict, repr=False, compare=False)

    @property
    def key(self) -> str:
        """What the pixels depend on beside the clip and the recipe."""
        return f"{self.size} {self.cache.side} {self.cache.max_steps}"

    def __call__(self, path: Path, view: int) -> tuple[Images, Images]:
        """RGB and flow images (T, H, W, 3). Raises UnreadableVideo."""
        images = self._last.get(path)  # the views of a clip are asked for one after the other
        if images is None:
            images = self.cache.get(path)
            self._last.clear()
            self._last[path] = images
        return self.cut(path, view, images.rgb_THWC), self.cut(path, view, images.flow_THWC)

    def cut(self, path: Path, view: int, images_MHWC: Images) -> Images:
        """This view of some of the clip's cached images."""
        if view != WHOLE:
            digest = hashlib.sha256(path.name.encode()).digest()
            order = np.random.default_rng(list(digest)).permutation(len(CROPS))
            images_MHWC = crop(images_MHWC, int(order[view]), images_MHWC.shape[1] * 7 // 8)
        return np.ascontiguousarray(resize(images_MHWC, self.size))


class ImageStore:
    """Views of any steps without decoding or unpacking a whole clip: its cached images lie on the
    disk as they are, below a cap."""

    def __init__(self, folder: Path, views: Views, cap_bytes: int) -> None:
        self.views = views
        self.kept = MappedFolder(folder, views.cache.key, cap_bytes, "images")

    def __call__(self, path: Path, view: int, step_M: NDArray[np.int64]) -> tuple[Images, Images]:
        """RGB and flow images (M, H, W, 3). Raises UnreadableVideo."""
        images_T2HWC = self._images(path)
        rgb_MHWC, flow_MHWC = images_T2HWC[step_M, 0], images_T2HWC[step_M, 1]
        return self.views.cut(path, view, rgb_MHWC), self.views.cut(path, view, flow_MHWC)

    def steps(self, path: Path) -> int:
        """Steps of the clip."""
        return len(self._images(path))

    def _images(self, path: Path) -> Images:
        images_T2HWC = self.kept.open(path, "steps")
        if images_T2HWC is None:
            images = self.views.cache.get(path)
            images_T2HWC = np.stack([images.rgb_THWC, images.flow_THWC], 1)
            self.kept.keep(path, {"steps": images_T2HWC})
        return images_T2HWC

"""Step images of training clips, decoded once and cached: what supervised training reads.

Shape legend: T steps of a clip, H = W = `side`, C = 3. Arrays of both streams go together.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from model.datasets.types import Fault
from model.datasets.verify import refused
from model.errors import InvalidValue, UnreadableVideo
from model.features.steps import shrink
from model.methods.filling import midpoints
from model.training.capped import CappedFolder
from model.training.steps import Pair, decoded_pairs
from model.types import Floats, Indices
from model.video.flow import make_flow, quantise_flow
from model.video.limits import Limits
from model.video.probe import sha256_of

if TYPE_CHECKING:
    from model.networks.frontend import Recipe

MAKER = 1  # raise it whenever `step_images` gives other pixels for the same clip
SPARE = 4  # steps kept for each wanted one, before thinning: bounds the memory of long clips


@dataclass(frozen=True)
class StepImages:
    """The steps of a clip: RGB and flow images, uint8 of shape (T, H, W, 3), and when they are.

    Flow images hold u, v and |flow| between decoded neighbours, quantised at 20 pixels of a 224
    grid (`quantise_flow`). `time_T` are seconds, `index_T` decoded indices.
    """

    rgb_THWC: NDArray[np.uint8]
    flow_THWC: NDArray[np.uint8]
    time_T: Floats
    index_T: Indices

    def __post_init__(self) -> None:
        shapes = [array.shape for array in (self.rgb_THWC, self.flow_THWC)]
        T = len(self.time_T)
        fits = shapes[0] == shapes[1] and len(shapes[0]) == 4 and shapes[0][::3] == (T, 3)
        if not fits or self.index_T.shape != (T,) or T == 0:
            raise InvalidValue(f"wanted T frames, flow images, times; got {shapes} and {T} times")

    def __len__(self) -> int:
        return len(self.time_T)


def step_images(
    path: Path, recipe: Recipe, side: int, max_steps: int, limits: Limits | None = None
) -> StepImages:
    """The steps of the clip at `path` at the recipe's rate, with the recipe's optical flow.

    Frames are squeezed into the square as in an analysis. More than `max_steps` steps are thinned
    to the middles of equal parts; above four times as many only every second, fourth, ... is a
    candidate, so that memory stays bounded. The flow, which takes longest, is that of the steps
    that stay. Raises UnreadableVideo or VideoTooLarge.
    """
    kept: list[tuple[NDArray[np.uint8], Pair, float, int]] = []
    seen, stride = 0, 1
    for batch in decoded_pairs(path, recipe.steps_per_second, limits, side=side):
        rgb_NHWC = shrink(batch.frames_NHWC, side)
        times, index = batch.times_N.tolist(), batch.index_N.tolist()
        for step in zip(rgb_NHWC, batch.pairs, times, index, strict=True):
            if seen % stride == 0:
                kept.append(step)
            seen += 1
            if len(kept) > SPARE * max_steps:
                kept, stride = kept[::2], 2 * stride
    if len(kept) > max_steps:
        kept = [kept[place] for place in midpoints(len(kept), max_steps).tolist()]
    rgb, pairs, times, index = zip(*kept, strict=True)
    solver = make_flow(recipe.flow)
    flow = [shrink(quantise_flow(pair.flow(solver)[None]), side)[0] for pair in pairs]
    return StepImages(
        np.stack(rgb), np.stack(flow), np.array(times, np.float64), np.array(index, np.int64)
    )


class ClipCache:
    """`step_images` of clips, kept in `folder`; at most `cap_bytes`, the least used dropped first.

    What is kept is keyed by the video's bytes, the recipe's rate and flow, `side`, `max_steps` and
    the version of the code that makes it, all but the first named by `key`; a damaged file is made
    again.
    """

    def __init__(
        self,
        folder: Path,
        *,
        recipe: Recipe,
        side: int,
        max_steps: int,
        cap_bytes: int,
        limits: Limits | None = None,
    ) -> None:
        if side < 1 or max_steps < 1:
            raise InvalidValue(f"wanted side and max_steps of 1 or more, got {side}, {max_steps}")
        self.recipe, self.side, self.max_steps, self.limits = recipe, side, max_steps, limits
        about = [recipe.steps_per_second, recipe.flow, side, max_steps, MAKER]
        self.key = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]
        self._stored = CappedFolder(folder, ".steps", cap_bytes)
        self._names: dict[tuple[Path, int, int], str] = {}

    @property
    def dropped(self) -> int:
        """Clips dropped for room so far: when this grows, each epoch decodes them again."""
        return self._stored.dropped

    def get(self, path: Path) -> StepImages:
        """The clip's steps, from the cache or computed now. Raises UnreadableVideo."""
        name = self._name(path)
        stored = self._stored.read(name)
        if stored is not None:
            return _unpack(stored)
        images = step_images(path, self.recipe, self.side, self.max_steps, self.limits)
        self._stored.write(name, _pack(images))
        return images

    def fill(
        self,
        paths: Iterable[Path],
        *,
        jobs: int | None = None,
        on_progress: Callable[[int, int, str], None] | None = None,
    ) -> list[Fault]:
        """Compute what is not there yet, `jobs` clips at a time (default: one a core).

        Each clip is decoded in a child process of its own. `on_progress` gets clips done, clips in
        all, and the name of the last. Returns the clips that cannot be used, in the order given.
        """
        return refused(paths, self._ensure, jobs, on_progress)

    def _ensure(self, path: Path) -> None:
        if not self._stored.touch(self._name(path)):
            self.get(path)

    def _name(self, path: Path) -> str:
        """The key of a file as it is now; its bytes are hashed once."""
        if not path.is_file():
            raise UnreadableVideo(f"there is no file {path}", "Check the data set's folder.")
        about = path.stat()
        state = (path, about.st_size, about.st_mtime_ns)
        if state not in self._names:
            self._names[state] = f"{sha256_of(path)[:32]}-{self.key}"
        return self._names[state]


FIELDS = tuple(StepImages.__dataclass_fields__)


def _pack(images: StepImages) -> bytes:
    file = io.BytesIO()
    arrays = {name: getattr(images, name) for name in FIELDS}
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _unpack(stored: bytes) -> StepImages:
    with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
        return StepImages(*(arrays[name] for name in FIELDS))

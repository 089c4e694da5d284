"""The cubes of ARCH's training clips, around keyframes that a method found once for each clip.

Shape legend: K keyframes, D = 6 frames of a cube, H = W = `size`, C = 3.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.analyze import Attention, analyze
from model.datasets.types import Fault
from model.datasets.verify import refused
from model.features.shots import ShotCollector
from model.methods import get
from model.methods.base import Method
from model.methods.filling import midpoints
from model.networks.cubes import cubes
from model.training.capped import CappedFolder
from model.video.decode import open_clip
from model.video.limits import Limits
from model.video.probe import sha256_of

TOGETHER = ("sms", "average")  # whose keyframes one cheap pass finds
MAKER = 1  # raise it whenever other cubes come of the same clip
ALL_STEPS = 1 << 16


@dataclass(frozen=True)
class CubeRecipe:
    """Frames are steps at this rate, as at use; more than `most` keyframes are thinned evenly."""

    steps_per_second: float = 10.0
    size: int = 112
    most: int = 16


class KeyframeCubes:
    """Cubes by path, kept in `folder` below `cap_bytes`. `attention` is for the selection rtsae,
    and `known` the same over a clip whose steps are kept elsewhere."""

    def __init__(
        self,
        folder: Path,
        selection: str,
        recipe: CubeRecipe,
        *,
        cap_bytes: int,
        attention: Attention | None = None,
        known: Callable[[Path], Attention] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.recipe, self.limits = recipe, limits
        self.attention, self.known = attention, known
        self.method: Method = get(selection)()
        self._found = CappedFolder(folder, ".keyframes", cap_bytes)
        self._stored = CappedFolder(folder, ".cubes", cap_bytes)

    def get(self, path: Path) -> NDArray[np.uint8]:
        """(K, 6, H, W, 3). Raises UnreadableVideo."""
        name = self._name(path, asdict(self.recipe))
        stored = self._stored.read(name)
        if stored is None:
            file = io.BytesIO()
            np.save(file, self._cut(path), allow_pickle=False)
            stored = file.getvalue()
            self._stored.write(name, stored)
        found: NDArray[np.uint8] = np.load(io.BytesIO(stored), allow_pickle=False)
        return found

    def fill(
        self, paths: Iterable[Path], on_progress: Callable[[int, int, str], None] | None = None
    ) -> list[Fault]:
        """Cut what is not there yet; the clips that cannot be used."""
        return refused(paths, self._ensure, None, on_progress)

    def _ensure(self, path: Path) -> None:
        if not self._stored.touch(self._name(path, asdict(self.recipe))):
            self.get(path)

    def _cut(self, path: Path) -> NDArray[np.uint8]:
        index_K = self._keyframes(path)
        if len(index_K) > self.recipe.most:
            index_K = index_K[midpoints(len(index_K), self.recipe.most)]
        collector = ShotCollector(
            self.recipe.steps_per_second, self.recipe.size, flow=False, most=ALL_STEPS
        )
        with open_clip(path, self.limits) as stream:
            for batch in stream:
                collector.update(batch)
        shots = collector.finish()
        return cubes(shots.rgb_SHWC, shots.nearest(index_K))

    def _keyframes(self, path: Path) -> NDArray[np.int64]:
        """Decoded frames that the method chooses, from an earlier run where there was one."""
        name = self._name(path, None)
        stored = self._found.read(name)
        if stored is None:
            found = self._analysed(path)
            for method, index_K in found.items():
                self._found.write(self._name(path, None, method), json.dumps(index_K).encode())
            return np.array(found[self.method], np.int64)
        return np.array(json.loads(stored), np.int64)

    def _analysed(self, path: Path) -> dict[Method, list[int]]:
        """Keyframes of the method, and of those that are found together with it."""
        methods = [self.method]
        attention = self._attention(path) if self.method.needs_gate else None
        if self.method.name in TOGETHER:
            methods += [get(name)() for name in TOGETHER if name != self.method.name]
        analysis = analyze(path, methods, attention=attention, limits=self.limits)
        return {m: analysis.methods[m.name].index_K.tolist() for m in methods}

    def _attention(self, path: Path) -> Attention | None:
        return self.known(path) if self.known else self.attention

    def _name(self, path: Path, recipe: Any, method: Method | None = None) -> str:
        method = method or self.method
        weights = ""
        if self.attention and method.needs_gate:
            precision = self.attention.precision
            reduced = "" if precision == "float32" else f" {precision}"
            weights = f"{self.attention.sha256}{reduced}"
        about = [method.name, asdict(method), weights, recipe, MAKER]
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
        return f"{sha256_of(path)[:32]}-{key}"

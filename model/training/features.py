"""Step features of training clips, computed once and cached: stage 2 then needs no CNN.

Shape legend: S steps, n = width of the pooled features. Twice the recipe's rate is kept, so that
training can draw other rates and phases.
"""

import hashlib
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.datasets.files import VIDEO_SUFFIXES, is_video
from model.errors import UnreadableVideo
from model.features.steps import shrink
from model.networks.device import Precision
from model.networks.frontend import FrontEnd
from model.order import from_anywhere
from model.training.capped import CAP_BYTES, CappedFolder
from model.training.distributed import World
from model.training.steps import decoded_steps
from model.video.flow import quantise_flow
from model.video.limits import Limits
from model.video.probe import sha256_of


@dataclass(frozen=True)
class ClipFeatures:
    """Pooled features of one clip: `pooled_Sn` at `time_S` seconds, and the file they are of."""

    name: str
    sha256: str
    time_S: NDArray[np.float64]
    pooled_Sn: NDArray[np.float32]


def videos_under(root: Path, split: Path | None = None, part: str = "train") -> list[Path]:
    """Video files below `root`, sorted; with `split` (JSON of lists of paths) only those of `part`.

    Raises FileNotFoundError naming the missing files of a split, ValueError when nothing is found.
    """
    if split is None:
        found = sorted(filter(is_video, root.rglob("*")))
    else:
        found = [root / name for name in json.loads(split.read_text())[part]]
        missing = [str(path) for path in found if not path.is_file()]
        if missing:
            raise FileNotFoundError(f"{split.name} names files that are not there: {missing[:3]}")
    if not found:
        raise ValueError(f"no video file below {root}; known endings: {', '.join(VIDEO_SUFFIXES)}")
    return found


def front_key(front: FrontEnd) -> str:
    """Hash of what the pooled features depend on: the recipe and the convolutions."""
    digest = hashlib.sha256(json.dumps(asdict(front.recipe), sort_keys=True).encode())
    for tensor in front.streams.state_dict().values():
        digest.update(tensor.half().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class FeatureCache:
    """Features by `front`, on its device and in `precision`, kept in `folder`: at most about
    `cap_bytes` there, the least used dropped first."""

    folder: Path
    front: FrontEnd
    precision: Precision = "float32"
    limits: Limits | None = None
    world: World = field(default_factory=World)
    cap_bytes: int = CAP_BYTES
    on_notice: Callable[[str], None] = lambda text: None

    def load(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    ) -> tuple[list[ClipFeatures], list[str]]:
        """Features of all readable clips, and why the others are not: the same on each rank, which
        computes its share, heard of by `on_progress`, and reads what others computed.

        What is there of its clips counts as used now, so that others make room for the rest.
        """
        mine = from_anywhere(range(self.world.rank, len(paths), self.world.size))
        for number in mine:
            self._stored.touch(self._name(paths[number]))
        clips, faults = {}, {}
        for done, number in enumerate(mine, 1):
            try:
                clips[number] = self._get(paths[number])
            except UnreadableVideo as error:
                faults[number] = f"{paths[number]}: {error.message}"
            on_progress(done, len(mine), paths[number].name)
        faults = self.world.gather(faults)
        readable = [number for number in range(len(paths)) if number not in faults]
        found = [clips.get(n) or self._get(paths[n]) for n in readable]
        if not all(self._stored.touch(self._name(paths[n])) for n in readable):
            self.on_notice(
                f"the features of all clips need more than {self.cap_bytes / 1e9:.1f} GB: those of "
                "the rest are computed again by the next run (--cache-gb raises the cap)"
            )
        return found, list(faults.values())

    @cached_property
    def _stored(self) -> CappedFolder:
        return CappedFolder(self.folder, ".npz", self.cap_bytes)

    @cached_property
    def _sha256(self) -> Callable[[Path], str]:
        """Of a file's bytes, which are read once."""
        return cache(sha256_of)

    @cached_property
    def _key(self) -> str:
        """Of the front; full precision has it alone, as before others could be had."""
        suffix = "" if self.precision == "float32" else f"-{self.precision}"
        return front_key(self.front) + suffix

    def _name(self, path: Path) -> str:
        return f"{self._sha256(path)[:32]}-{self._key}"

    def _get(self, path: Path) -> ClipFeatures:
        stored = self._stored.read(self._name(path))
        if stored is None:
            time_S, pooled_Sn = self._compute(path)
            file = io.BytesIO()
            np.savez(file, time_S=time_S, pooled_Sn=pooled_Sn)
            stored = file.getvalue()
            self._stored.write(self._name(path), stored)
        with np.load(io.BytesIO(stored), allow_pickle=False) as data:
            return ClipFeatures(path.name, self._sha256(path), data["time_S"], data["pooled_Sn"])

    @torch.inference_mode()
    def _compute(self, path: Path) -> tuple[Any, Any]:
        device = next(self.front.parameters()).device
        times, rows = [], []
        recipe = self.front.recipe
        for batch in decoded_steps(path, 2 * recipe.steps_per_second, recipe.flow, self.limits):
            rgb = torch.from_numpy(shrink(batch.frames_NHWC, recipe.size)).to(device)
            flow = torch.from_numpy(shrink(quantise_flow(batch.flows_NHW2), recipe.size)).to(device)
            pooled = self.front.pool(*self.front.maps_in(self.precision, rgb, flow))
            rows.append(pooled.cpu().numpy())
            times.append(batch.times_N)
        return np.concatenate(times), np.concatenate(rows)

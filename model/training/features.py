"""Step features of training clips, computed once and cached: stage 2 then needs no CNN.

Shape legend: S steps, n = width of the pooled features. Twice the recipe's rate is kept, so that
training can draw other rates and phases.
"""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
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
    """Features by `front`, on its device and in `precision`, kept in `folder`."""

    folder: Path
    front: FrontEnd
    precision: Precision = "float32"
    limits: Limits | None = None
    world: World = field(default_factory=World)

    def load(
        self,
        paths: Sequence[Path],
        on_progress: Callable[[int, int, str], None] = lambda done, total, name: None,
    ) -> tuple[list[ClipFeatures], list[str]]:
        """Features of all readable clips, and why the others are not: the same on each rank, which
        computes its share, heard of by `on_progress`, and reads what others computed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        mine = from_anywhere(range(self.world.rank, len(paths), self.world.size))
        clips, faults = {}, {}
        for done, number in enumerate(mine, 1):
            try:
                clips[number] = self._get(paths[number])
            except UnreadableVideo as error:
                faults[number] = f"{paths[number]}: {error.message}"
            on_progress(done, len(mine), paths[number].name)
        faults = self.world.gather(faults)
        readable = [number for number in range(len(paths)) if number not in faults]
        return [clips.get(n) or self._get(paths[n]) for n in readable], list(faults.values())

    @cached_property
    def _key(self) -> str:
        """Of the front; full precision has it alone, as before others could be had."""
        suffix = "" if self.precision == "float32" else f"-{self.precision}"
        return front_key(self.front) + suffix

    def _get(self, path: Path) -> ClipFeatures:
        sha256 = sha256_of(path)
        stored = self.folder / f"{sha256[:32]}-{self._key}.npz"
        if not stored.exists():
            time_S, pooled_Sn = self._compute(path)
            temporary = stored.with_suffix(f".{os.getpid()}.partial.npz")
            np.savez(temporary, time_S=time_S, pooled_Sn=pooled_Sn)
            temporary.replace(stored)
        with np.load(stored, allow_pickle=False) as data:
            return ClipFeatures(path.name, sha256, data["time_S"], data["pooled_Sn"])

    @torch.inference_mode()
    def _compute(self, path: Path) -> tuple[Any, Any]:
        device = next(self.front.parameters()).device
        times, rows = [], []
        recipe = self.front.recipe
        reduced = self.precision == "bfloat16"
        for batch in decoded_steps(path, 2 * recipe.steps_per_second, recipe.flow, self.limits):
            rgb = torch.from_numpy(shrink(batch.frames_NHWC, recipe.size)).to(device)
            flow = torch.from_numpy(shrink(quantise_flow(batch.flows_NHW2), recipe.size)).to(device)
            with torch.autocast(device.type, torch.bfloat16, enabled=reduced):
                x_s, x_t = self.front.maps(rgb, flow)
            rows.append(self.front.pool(x_s.float(), x_t.float()).cpu().numpy())
            times.append(batch.times_N)
        return np.concatenate(times), np.concatenate(rows)

"""Step features of training clips, computed once and cached: stage 2 then needs no CNN.

Shape legend: S steps, n = width of the pooled features. Twice the recipe's rate is kept, so that
training can draw other rates and phases.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.errors import UnreadableVideo
from model.features.steps import StepClock
from model.networks.frontend import FrontEnd, shrink
from model.video.decode import open_clip
from model.video.flow import FlowAdder, make_flow, quantise_flow
from model.video.limits import Limits
from model.video.probe import sha256_of

SUFFIXES = frozenset(
    {".avi", ".mp4", ".mov", ".mkv", ".webm", ".gif", ".mpg", ".mpeg", ".m4v", ".ts", ".3gp"}
    | {".flv", ".wmv", ".ogv"}
)


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
        found = sorted(p for p in root.rglob("*") if p.suffix.lower() in SUFFIXES)
    else:
        found = [root / name for name in json.loads(split.read_text())[part]]
        missing = [str(path) for path in found if not path.is_file()]
        if missing:
            raise FileNotFoundError(f"{split.name} names files that are not there: {missing[:3]}")
    if not found:
        raise ValueError(
            f"no video file below {root}; known endings: {', '.join(sorted(SUFFIXES))}"
        )
    return found


def load_features(
    paths: Sequence[Path],
    front: FrontEnd,
    cache: Path,
    on_progress: Callable[[int, int, str], None] | None = None,
    limits: Limits | None = None,
) -> tuple[list[ClipFeatures], list[str]]:
    """Features of all readable clips, from `cache` where it has them, and the unreadable ones."""
    cache.mkdir(parents=True, exist_ok=True)
    key = _recipe_key(front)
    clips, refused = [], []
    for number, path in enumerate(paths):
        if on_progress:
            on_progress(number, len(paths), path.name)
        try:
            clips.append(_cached(path, front, cache, key, limits))
        except UnreadableVideo as error:
            refused.append(f"{path}: {error.message}")
    return clips, refused


def _recipe_key(front: FrontEnd) -> str:
    """Hash of what the pooled features depend on: the recipe and the convolutions."""
    digest = hashlib.sha256(json.dumps(asdict(front.recipe), sort_keys=True).encode())
    for tensor in front.streams.state_dict().values():
        digest.update(tensor.half().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _cached(
    path: Path, front: FrontEnd, cache: Path, key: str, limits: Limits | None
) -> ClipFeatures:
    sha256 = sha256_of(path)
    stored = cache / f"{sha256[:32]}-{key}.npz"
    if not stored.exists():
        time_S, pooled_Sn = _compute(path, front, limits)
        temporary = stored.with_suffix(".partial.npz")
        np.savez(temporary, time_S=time_S, pooled_Sn=pooled_Sn)
        temporary.replace(stored)
    with np.load(stored, allow_pickle=False) as data:
        return ClipFeatures(path.name, sha256, data["time_S"], data["pooled_Sn"])


@torch.inference_mode()
def _compute(path: Path, front: FrontEnd, limits: Limits | None) -> tuple[Any, Any]:
    device = next(front.parameters()).device
    times, rows = [], []
    with open_clip(path, limits) as stream:
        batches = FlowAdder(make_flow(front.recipe.flow))(stream)
        for time_N, frames, flows in _steps(batches, 2 * front.recipe.steps_per_second):
            rgb = torch.from_numpy(shrink(frames, front.recipe.size)).to(device)
            flow = torch.from_numpy(shrink(quantise_flow(flows), front.recipe.size)).to(device)
            rows.append(front.pooled(rgb, flow).float().cpu().numpy())
            times.append(time_N)
    return np.concatenate(times), np.concatenate(rows)


def _steps(batches: Iterator[Any], rate: float) -> Iterator[tuple[Any, Any, Any]]:
    """The frames of each batch that are steps at `rate`: the first at or after each tick."""
    clock = StepClock(rate)
    for batch in batches:
        chosen = clock.pick(batch.times_N)
        if len(chosen):
            yield batch.times_N[chosen], batch.frames_NHWC[chosen], batch.flows_NHW2[chosen]

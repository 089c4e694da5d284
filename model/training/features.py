"""Step features of training clips, computed once and cached: stage 2 then needs no CNN.

Shape legend: S steps, n = width of the pooled features. Twice the recipe's rate is kept, so that
training can draw other rates and phases.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.datasets.files import VIDEO_SUFFIXES, is_video
from model.errors import UnreadableVideo
from model.features.steps import shrink
from model.networks.frontend import FrontEnd
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


def load_features(
    paths: Sequence[Path],
    front: FrontEnd,
    cache: Path,
    on_progress: Callable[[int, int, str], None] | None = None,
    limits: Limits | None = None,
) -> tuple[list[ClipFeatures], list[str]]:
    """Features of all readable clips, from `cache` where it has them, and the unreadable ones."""
    cache.mkdir(parents=True, exist_ok=True)
    key = front_key(front)
    clips, refused = [], []
    for number, path in enumerate(paths):
        if on_progress:
            on_progress(number, len(paths), path.name)
        try:
            clips.append(_cached(path, front, cache, key, limits))
        except UnreadableVideo as error:
            refused.append(f"{path}: {error.message}")
    return clips, refused


def front_key(front: FrontEnd) -> str:
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
    recipe = front.recipe
    for batch in decoded_steps(path, 2 * recipe.steps_per_second, recipe.flow, limits):
        rgb = torch.from_numpy(shrink(batch.frames_NHWC, recipe.size)).to(device)
        flow = torch.from_numpy(shrink(quantise_flow(batch.flows_NHW2), recipe.size)).to(device)
        rows.append(front.pooled(rgb, flow).float().cpu().numpy())
        times.append(batch.times_N)
    return np.concatenate(times), np.concatenate(rows)

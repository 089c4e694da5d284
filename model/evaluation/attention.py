"""`kairoscope evaluate attention`: does the gate select well, on clips it has never seen?

Shape legend: S steps, K chosen. Selections are judged by hold reconstruction (hold.py), in the
gate's own features and in a fixed space that no gate reads: RGB means of VGG-16 p5 at 112 x 112.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.errors import UnreadableVideo
from model.evaluation import hold
from model.features.types import Features
from model.methods.rtsae import RTSAE
from model.networks.attention import AttentionModel, ClipGate
from model.networks.frontend import shrink
from model.networks.vgg import VggBlocks, normalise_rgb
from model.training.steps import decoded_steps
from model.types import Floats, Indices

SHARE_KEPT = 0.12  # of the steps, at least 2
RANDOM_DRAWS = 20
SPLICES, PIECES, PIECE_STEPS = 40, 4, (9, 23)  # lengths drawn, or equal spacing would hit cuts
FIXED_SIZE = 112
LEAST_STEPS = 10


@dataclass(frozen=True)
class Steps:
    """One clip in the gate's own space and in the fixed one (None where its weights are absent)."""

    name: str
    index_S: Indices
    time_S: Floats
    own_SD: torch.Tensor
    fixed_SD: NDArray[np.float32] | None


@torch.inference_mode()
def read_steps(path: Path, model: AttentionModel, fixed: VggBlocks | None) -> Steps:
    """Decode a clip once; its steps in both spaces. Raises UnreadableVideo."""
    index, times, own, rows = [], [], [], []
    for batch in decoded_steps(path, model.steps_per_second, model.flow):
        index.append(batch.index_N)
        times.append(batch.times_N)
        own.append(model.features(batch.frames_NHWC, batch.flows_NHW2))
        if fixed is not None:
            frames = torch.from_numpy(shrink(batch.frames_NHWC, FIXED_SIZE))
            rows.append(fixed(normalise_rgb(frames)).mean((2, 3)).numpy())
    fixed_SD = np.concatenate(rows) if rows else None
    return Steps(path.name, np.concatenate(index), np.concatenate(times), torch.cat(own), fixed_SD)


Read = Callable[[Path, AttentionModel, VggBlocks | None], Steps]


def choose(model: AttentionModel, x_SD: torch.Tensor, time_S: Floats, K: int) -> Indices:
    """K steps by the method `rtsae`, as the tool itself takes them."""
    gate = ClipGate(model, np.arange(len(x_SD)), time_S, x_SD)
    return RTSAE().run(Features(time_S, {}, gate), K).index_K


def evaluate_clips(model: AttentionModel, clips: Sequence[Steps]) -> dict[str, Any]:
    """Hold errors over the optimum (geometric means over clips) and shares of the gap closed."""
    errors: dict[str, dict[str, list[float]]] = {}
    for clip in clips:
        spaces = {"own": clip.own_SD.numpy()} | (
            {} if clip.fixed_SD is None else {"fixed": clip.fixed_SD}
        )
        distances = {name: hold.squared_distances(x) for name, x in spaces.items()}
        for space, values in errors_of(model, clip, distances).items():
            for method, value in values.items():
                errors.setdefault(space, {}).setdefault(method, []).append(value)
    return {space: _summary(values) for space, values in errors.items()}


def errors_of(
    model: AttentionModel, clip: Steps, distances: Mapping[str, Floats]
) -> dict[str, dict[str, float]]:
    """Hold error a step of each method in each space, for one clip, and the optimum there."""
    S = len(clip.time_S)
    K = max(2, round(SHARE_KEPT * S))
    rng = np.random.default_rng(0)
    draws = [hold.random_steps(S, K, rng) for _ in range(RANDOM_DRAWS)]
    chosen = {
        "rtsae": choose(model, clip.own_SD, clip.time_S, K),
        "uniform": hold.uniform(S, K),
        "delta": hold.delta_rule(distances["own"], K),
        "own optimum": hold.optimum(distances["own"], K)[1],
    }
    result = {}
    for space, distance_SS in distances.items():
        best, _ = hold.optimum(distance_SS, K)
        values = {name: hold.hold_error(distance_SS, steps) for name, steps in chosen.items()}
        values["random"] = float(np.mean([hold.hold_error(distance_SS, d) for d in draws]))
        values["optimum"] = best
        result[space] = {name: value / S for name, value in values.items()}
    return result


def _summary(errors: Mapping[str, list[float]]) -> dict[str, Any]:
    """Mean errors, geometric means over the optimum, shares of the gap, clips uniform loses."""
    best = np.array(errors["optimum"])
    ratios = {name: np.array(values) / best for name, values in errors.items()}
    mean = {name: float(np.exp(np.mean(np.log(values)))) for name, values in ratios.items()}
    uniform = ratios["uniform"]
    rows = {
        name: {
            "hold_error_per_step": float(np.mean(errors[name])),
            "over_optimum": mean[name],
            "share_of_gap_closed": hold.share_of_gap(mean[name], mean["uniform"]),
            "clips_better_than_uniform": float(np.mean(values < uniform)),
        }
        for name, values in ratios.items()
    }
    return {"clips": len(uniform), "methods": rows}


def six_keyframes(model: AttentionModel, clips: Sequence[Steps]) -> dict[str, Any]:
    """The decoded frames that each selection takes when it may take six."""
    K, frames = 6, {}
    for clip in clips:
        distance_SS = hold.squared_distances(clip.own_SD.numpy())
        chosen = {
            "rtsae": choose(model, clip.own_SD, clip.time_S, min(K, len(clip.time_S))),
            "uniform": hold.uniform(len(clip.time_S), K),
            "delta": hold.delta_rule(distance_SS, K),
        }
        frames[clip.name] = {name: clip.index_S[steps].tolist() for name, steps in chosen.items()}
    return frames


def evaluate_cuts(model: AttentionModel, clips: Sequence[Steps]) -> dict[str, Any]:
    """Share of cuts with a keyframe within one step, in sequences spliced from the clips."""
    rng = np.random.default_rng(0)
    long = [clip for clip in clips if len(clip.time_S) > PIECE_STEPS[1]]
    hits, cuts = {"rtsae": 0, "uniform": 0, "delta": 0}, 0
    for _ in range(SPLICES if len(long) >= PIECES else 0):
        pieces = []
        for number in rng.choice(len(long), PIECES, replace=False):
            length = rng.integers(*PIECE_STEPS)
            start = rng.integers(len(long[number].time_S) - length + 1)
            pieces.append(long[number].own_SD[start : start + length])
        x_SD = torch.cat(pieces)
        S = len(x_SD)
        K = round(SHARE_KEPT * S)
        chosen = {
            "rtsae": choose(model, x_SD, np.arange(S) / 10, K),
            "uniform": hold.uniform(S, K),
            "delta": hold.delta_rule(hold.squared_distances(x_SD.numpy()), K),
        }
        for cut in np.cumsum([len(piece) for piece in pieces])[:-1]:
            cuts += 1
            for name, steps in chosen.items():
                hits[name] += bool(np.abs(steps - cut).min() <= 1)
    return {"cuts": cuts, "hit_within_one_step": {n: h / max(cuts, 1) for n, h in hits.items()}}


def evaluate(
    models: Sequence[AttentionModel],
    videos: Sequence[Path],
    fixed: VggBlocks | None,
    on_clip: Callable[[str], None] = lambda name: None,
    read: Read = read_steps,
) -> dict[str, Any]:
    """The protocol for each checkpoint (training seed), and mean and spread over them.

    A clip that cannot be read, or is too short or too still to be judged, is listed as left out.
    `read` is `read_steps`, or the same from what was kept.
    """
    runs = []
    for model in models:
        clips, left_out = [], {}
        for path in videos:
            on_clip(f"{model.name}: {path.name}")
            try:
                clip = read(path, model, fixed)
            except UnreadableVideo as error:
                left_out[path.name] = error.message
                continue
            if why := unfit(clip):
                left_out[path.name] = why
            else:
                clips.append(clip)
        if not clips:
            raise UnreadableVideo("no clip is left to evaluate", "; ".join(left_out.values()))
        runs.append(
            {
                "checkpoint": model.name,
                "sha256": model.sha256,
                "position": model.position,
                "spaces": evaluate_clips(model, clips),
                "cuts": evaluate_cuts(model, clips),
                "six_keyframes": six_keyframes(model, clips),
                "left_out": left_out,
            }
        )
    return {
        "share_kept": SHARE_KEPT,
        "fixed_space": "RGB means of VGG-16 p5" if fixed else None,
        "runs": runs,
        "over_seeds": _over_seeds(runs),
    }


def unfit(clip: Steps) -> str:
    """Why a clip cannot be judged; empty when it can."""
    S = len(clip.time_S)
    if S < LEAST_STEPS:
        return f"{S} steps, wanted at least {LEAST_STEPS}"
    K = max(2, round(SHARE_KEPT * S))
    for x in (clip.own_SD.numpy(), clip.fixed_SD):
        if x is not None and hold.optimum(hold.squared_distances(x), K)[0] <= 1e-9:
            return f"nothing moves: {K} steps reconstruct it exactly"
    return ""


def _over_seeds(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean, standard deviation, lowest and highest over the checkpoints, of every figure."""
    table: dict[str, Any] = {}
    for space, summary in runs[0]["spaces"].items():
        for method, row in summary["methods"].items():
            for figure in row:
                values = [run["spaces"][space]["methods"][method][figure] for run in runs]
                table.setdefault(space, {}).setdefault(method, {})[figure] = _spread(values)
    hits = [run["cuts"]["hit_within_one_step"]["rtsae"] for run in runs]
    return {"spaces": table, "cuts_hit_by_rtsae": _spread(hits)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, standard deviation (of the sample; 0 for one), lowest and highest."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    low, high = min(values), max(values)
    return {"mean": float(np.mean(values)), "sd": deviation, "lowest": low, "highest": high}

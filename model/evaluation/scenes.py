"""Does phi_t mean something? Attention on rendered scenes whose decisive phases are known.

Shape legend: S steps. The scenes have seeds that no training uses (from 20000 on).
"""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from model.analyze import analyze
from model.datasets.athletics import FIRST_CLASSES, Scene, make_scene
from model.datasets.athletics.write import write_scene
from model.evaluation import hold
from model.evaluation.parts import NOTHING_KEPT, Parts
from model.networks.attention import AttentionModel
from model.types import Flags, Floats, FrameScores

COUNTS = ("running_without_first", "uniform_running_without_first")
VERSION = "1"  # of the scenes that published figures rest on
FIRST_SEED = 21000  # the gallery's seeds start at 20000


def evaluate_scenes(
    model: AttentionModel,
    per_class: int,
    on_scene: Callable[[str], None] = lambda name: None,
    parts: Parts = NOTHING_KEPT,
) -> dict[str, Any]:
    """Means over `per_class` scenes of each class, and each scene's own row.

    Shares without the first keyframe, which always opens, are of the keyframes of all scenes
    together: a scene that has no other (`scenes_with_first_only`) says nothing about them, for the
    gate as for uniform sampling. `parts` keeps each scene's row.
    """
    rows = []
    for action in FIRST_CLASSES:
        for seed in range(FIRST_SEED, FIRST_SEED + per_class):
            name = f"{action} {seed}"
            on_scene(name)
            row = parts.get(f"{model.sha256} {name}", partial(_seen, model, action, seed))
            rows.append({"action": action, "seed": seed, **row})
    return {"athletics": VERSION, "scenes": len(rows), "mean": means(rows), "rows": rows}


def _seen(model: AttentionModel, action: str, seed: int) -> dict[str, float]:
    """The row of one scene, rendered and analysed."""
    scene = make_scene(action, seed, version=VERSION)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scene.mp4"
        write_scene(scene, path)
        steps = analyze(path, [], attention=model).steps
    assert steps is not None
    return _row(scene, steps)


def _row(scene: Scene, steps: FrameScores) -> dict[str, float]:
    """phi's mass and the keyframes' place in one scene; the first step is always a keyframe."""
    phase_S = [_phase(scene, int(index)) for index in steps.index_S]
    decisive_S: Flags = np.array([phase.decisive for phase in phase_S])
    running_S: Flags = np.array([phase.name == "run-up" for phase in phase_S])
    opened = np.flatnonzero(steps.open_S)
    even = hold.uniform(len(phase_S), len(opened))
    phi_S = steps.phi_S
    return {
        "steps": len(phase_S),
        "decisive_time": float(decisive_S.mean()),
        "decisive_phi": float(phi_S[decisive_S].sum()),
        "phi_variation": float(phi_S.std() / phi_S.mean()),
        "phi_largest": float(phi_S.max()),
        "phi_gate_rank_correlation": _rank_correlation(phi_S, steps.gate_S),
        "keyframes": len(opened),
        "running_share": float(running_S[opened].mean()),
        "running_without_first": int(running_S[opened[1:]].sum()),
        "uniform_running_share": float(running_S[even].mean()),
        "uniform_running_without_first": int(running_S[even[1:]].sum()),
    }


def _rank_correlation(a_S: Floats, b_S: Floats) -> float:
    """Spearman's; 0 where either is constant, for which it is not defined."""
    if np.ptp(a_S) == 0 or np.ptp(b_S) == 0:
        return 0.0
    return float(spearmanr(a_S, b_S).statistic)


def _phase(scene: Scene, index: int) -> Any:
    return next(phase for phase in scene.phases if phase.start <= index < phase.end)


def means(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Averages of scenes' rows; the ratios are of averages, so that no scene with few keyframes
    dominates. Shares without the first keyframe are absent where no scene has another."""
    names = [name for name in rows[0] if name not in ("action", "seed", *COUNTS)]
    mean = {name: float(np.mean([row[name] for row in rows])) for name in names}
    mean["phi_concentration"] = mean["decisive_phi"] / mean["decisive_time"]
    mean["running_over_uniform"] = mean["running_share"] / mean["uniform_running_share"]
    mean["phi_largest_of_all"] = max(row["phi_largest"] for row in rows)
    mean["phi_variation_least"] = min(row["phi_variation"] for row in rows)
    return mean | _without_first(rows)


def _without_first(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Run-up shares of the keyframes of all scenes, each scene's first apart."""
    later = sum(row["keyframes"] - 1 for row in rows)
    running, uniform = (sum(row[name] for row in rows) for name in COUNTS)
    shares = {"scenes_with_first_only": float(sum(row["keyframes"] == 1 for row in rows))}
    if later:
        shares["running_share_without_first"] = running / later
        shares["uniform_running_share_without_first"] = uniform / later
    if uniform:
        shares["running_over_uniform_without_first"] = running / uniform
    return shares

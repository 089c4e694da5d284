"""Hold reconstruction clip by clip, for intervals over clips: see attention.py.

Shape legend: N clips.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from model.datasets.verify import Progress
from model.errors import UnreadableVideo
from model.evaluation import hold
from model.evaluation.attention import SHARE_KEPT, Steps, errors_of, unfit
from model.evaluation.steps_cache import StepsCache

METHODS = ("rtsae", "uniform", "random", "delta", "optimum")


def hold_errors(
    cache: StepsCache,
    paths: Sequence[Path],
    jobs: int | None = None,
    tell: Progress | None = None,
) -> dict[str, Any]:
    """The error a step of each of `METHODS` at `SHARE_KEPT` of the steps, by space and clip, as
    JSON. Clips that cannot be read or judged are left out with the reason.

    Raises UnreadableVideo when none is left.
    """
    left_out = {fault.path.name: fault.message for fault in cache.fill(paths, jobs, tell)}
    clips: list[str] = []
    spaces: dict[str, dict[str, list[float]]] = {}
    for path in paths:
        if path.name in left_out:
            continue
        steps = cache.get(path)
        if why := unfit(steps):
            left_out[path.name] = why
            continue
        clips.append(path.name)
        for space, values in _errors(cache, steps).items():
            rows = spaces.setdefault(space, {name: [] for name in METHODS})
            for name in METHODS:
                rows[name].append(values[name])
    if not clips:
        raise UnreadableVideo("no clip is left to evaluate", "; ".join(left_out.values()))
    return {"share_kept": SHARE_KEPT, "clips": clips, "left_out": left_out, "spaces": spaces}


def _errors(cache: StepsCache, steps: Steps) -> dict[str, dict[str, float]]:
    spaces = {"own": steps.own_SD.numpy()}
    if steps.fixed_SD is not None:
        spaces["fixed"] = steps.fixed_SD
    distances = {name: hold.squared_distances(x_SD) for name, x_SD in spaces.items()}
    return errors_of(cache.model, steps, distances)

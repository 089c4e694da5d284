"""C3D on labels: cubes of sixteen steps of whole pictures, which lie side by side as in use.

Shape legend: M cubes, D = 16 steps, H = W = `size` pixels, C = 3.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.networks.c3d import C3D
from model.recognisers.c3d import side_by_side
from model.training.arch import CubesTask
from model.training.preparation import Run, check, decoded, verified
from model.training.stages import finish, labels_of


def train_c3d(run: Run) -> dict[str, Any]:
    """Train C3D; `run.preset` is one `for_c3d`. Writes `run.out` and returns its card. Raises as
    `train_dscnn` does."""
    check(run)
    recipe, config = run.preset.recipe, run.preset.c3d
    torch.manual_seed(config.schedule.seed)
    network = C3D(run.preset.c3d_network(run.dataset.classes)).to(run.device)
    parts, cache = decoded(run, verified(run), recipe, recipe.size, run.cache_bytes)

    def cubes(path: Path) -> NDArray[np.uint8]:
        rgb_THWC = cache.get(path).rgb_THWC
        return rgb_THWC[side_by_side(len(rgb_THWC))]

    (train, held), labels = parts.files, labels_of(parts)
    validation = (held, labels[1]) if held else None
    task = CubesTask(network, cubes, train, labels[0], config.cubes, validation)
    extra = {
        "recipe": {"steps_per_second": recipe.steps_per_second, "size": recipe.size},
        "side": recipe.size,
        "views": "the whole picture",
    }
    return finish(run, "c3d", task, config, parts, {}, network, extra)

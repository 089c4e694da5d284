"""Vanilla ARCH on labels: the paper's rival, with the keyframes of SMS or of another method.

Shape legend: N examples, M cubes (padded), D = 6 frames, C H W pixels, K classes.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from model.networks import checkpoint
from model.networks.arch import ARCH, normalise_cubes
from model.networks.attention import AttentionModel
from model.networks.c3d import C3D
from model.training.distributed import World
from model.training.examples import random_steps
from model.training.keyframe_cubes import CubeRecipe, KeyframeCubes
from model.training.preparation import Run, check, usable, verified
from model.training.stages import finish, labels_of
from model.training.trainer import Draw, Task

Cubes = Callable[[Path], NDArray[np.uint8]]


class CubesTask(Task):
    """Cross-entropy over a random choice of each clip's cubes, in their order."""

    def __init__(
        self,
        network: ARCH | C3D,
        cubes: Cubes,
        paths: Sequence[Path],
        label_N: Sequence[int],
        most: int,
        validation: tuple[Sequence[Path], Sequence[int]] | None = None,
    ) -> None:
        super().__init__()
        self.network: ARCH | C3D = network
        self.cubes, self.paths, self.label_N, self.most = cubes, paths, label_N, most
        self.validation = validation

    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """See Task."""
        rows = []
        for draw in draws:
            cubes = self.cubes(self.paths[draw.clip])
            rows.append(cubes[random_steps(len(cubes), self.most, draw.rng)])
        return self._terms(rows, [self.label_N[draw.clip] for draw in draws])

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """Loss and accuracy on the validation clips, all cubes."""
        if self.validation is None:
            return {}
        paths, label_N = self.validation
        sums = {f"validation/{name}": (0.0, 0.0) for name in ("loss", "accuracy")}
        for number in range(world.rank, len(paths), world.size):
            terms = self._terms([self.cubes(paths[number])], [label_N[number]])
            for name, value_1 in terms.items():
                total, count = sums[f"validation/{name}"]
                sums[f"validation/{name}"] = (total + float(value_1), count + 1)
        return sums

    def _terms(self, rows: Sequence[NDArray[np.uint8]], labels: Sequence[int]) -> dict[str, Tensor]:
        device = self.network.classifier.weight.device
        mask_NM = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.bool, device=device)
        for n, row in enumerate(rows):
            mask_NM[n, : len(row)] = True
        flat = normalise_cubes(torch.from_numpy(np.concatenate(rows)).to(device))
        cubes_NMCDHW = flat.new_zeros(*mask_NM.shape, *flat.shape[1:])
        cubes_NMCDHW[mask_NM] = flat
        logits_NK = self.network(cubes_NMCDHW, mask_NM).float()
        label_N = torch.tensor(labels, device=device)
        return {
            "loss": F.cross_entropy(logits_NK, label_N, reduction="none"),
            "accuracy": (logits_NK.argmax(1) == label_N).float(),
        }


def train_arch(run: Run, selection: str = "sms") -> dict[str, Any]:
    """Train Vanilla ARCH; writes `run.out` and returns its card. Raises as `train_dscnn` does."""
    check(run)
    config = run.preset.arch
    torch.manual_seed(config.schedule.seed)
    network = ARCH(config.network(run.dataset.classes)).to(run.device)
    attention = None
    if selection == "rtsae":
        attention = AttentionModel.load(run.attention, run.device, config.schedule.precision)
    recipe = CubeRecipe(size=config.size)
    cubes = KeyframeCubes(
        run.cache / "cubes",
        selection,
        recipe,
        cap_bytes=run.cache_bytes,
        attention=attention,
        limits=run.limits,
    )
    parts = verified(run)
    if not run.world.leads:
        run.world.wait()
    faults = cubes.fill(parts.paths, lambda *done: run.on_clip("cubes", *done))
    if run.world.leads:
        run.world.wait()
    parts = usable(run, parts, faults)
    (train, held), labels = parts.files, labels_of(parts)
    validation = (held, labels[1]) if held else None
    task = CubesTask(network, cubes.get, train, labels[0], config.cubes, validation)
    origin = {"selection": selection}
    if attention is not None:
        path = run.attention or checkpoint.SHIPPED
        origin |= {"attention": path.name, "attention_sha256": attention.sha256}
    extra = {
        "recipe": {"steps_per_second": recipe.steps_per_second, "flow": "dis", "size": recipe.size},
        "max_keyframes": recipe.most,
        "side": recipe.size,
        "views": "the whole picture",
    }
    return finish(run, "arch", task, config, parts, origin, network, extra)

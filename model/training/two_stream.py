"""Two-Stream ConvNet on labels: each stream learns single frames, or stacks of flow, on its own.

Shape legend: N examples, M frames of them all, T steps of a clip, H W pixels, L flow images of a
stack, K classes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from model.networks.slim import init_stream
from model.networks.two_stream import TwoStream, TwoStreamConfig, clip_means, fused, stacked
from model.networks.vgg import BLOCKS, VggBlocks
from model.training.distributed import World
from model.training.examples import random_steps
from model.training.preparation import Run, check, decoded, verified
from model.training.stages import finish, labels_of, origin_of
from model.training.trainer import Draw, Task
from model.training.views import WHOLE, Views
from model.weights.vgg16 import load_blocks

Labelled = tuple[Sequence[Path], Sequence[int]]
Frames = tuple[Tensor, Tensor]  # RGB (M, H, W, 3) and stacked flow images (M, H, W, 3 L), uint8


class TwoStreamTask(Task):
    """Cross-entropy of each stream over at most `most` random frames of a clip; the accuracy is
    that of both streams' scores together, as in use."""

    def __init__(
        self,
        network: TwoStream,
        views: Views,
        train: Labelled,
        most: int,
        validation: Labelled | None = None,
    ) -> None:
        super().__init__()
        self.network: TwoStream = network
        self.views, self.most, self.validation = views, most, validation
        self.paths, self.label_N = train

    def losses(self, draws: Sequence[Draw], share_done: float) -> Mapping[str, Tensor]:
        """See Task."""
        rows = []
        for draw in draws:
            view = int(draw.rng.integers(self.views.count))
            rgb, flow = self.views(self.paths[draw.clip], view)
            rows.append(self._frames(rgb, flow, random_steps(len(rgb), self.most, draw.rng)))
        return self._terms(rows, [self.label_N[draw.clip] for draw in draws])

    def measure(self, world: World) -> dict[str, tuple[float, float]]:
        """Loss and accuracy on the validation clips, all frames, the whole picture."""
        if self.validation is None:
            return {}
        paths, label_N = self.validation
        sums = {f"validation/{name}": (0.0, 0.0) for name in ("loss", "accuracy")}
        for number in range(world.rank, len(paths), world.size):
            rgb, flow = self.views(paths[number], WHOLE)
            rows = [self._frames(rgb, flow, np.arange(len(rgb)))]
            for name, value_1 in self._terms(rows, [label_N[number]]).items():
                total, count = sums[f"validation/{name}"]
                sums[f"validation/{name}"] = (total + float(value_1), count + 1)
        return sums

    def _frames(
        self, rgb_THWC: NDArray[np.uint8], flow_THWC: NDArray[np.uint8], step_M: NDArray[np.int64]
    ) -> Frames:
        """These steps of a clip, with the flow of the steps after them as in use."""
        stack = self.network.config.stack
        flow = stacked(torch.from_numpy(flow_THWC), torch.from_numpy(step_M), stack)
        return torch.from_numpy(rgb_THWC[step_M]), flow

    def _terms(self, rows: Sequence[Frames], labels: Sequence[int]) -> dict[str, Tensor]:
        device = self.network.read_spatial.weight.device
        rgb, flow = (torch.cat(column).to(device) for column in zip(*rows, strict=True))
        count_N = torch.tensor([len(frames) for frames, _ in rows])
        clip_M = torch.repeat_interleave(count_N).to(device)
        label_N = torch.tensor(labels, device=device)
        streams = [logits_MK.float() for logits_MK in self.network.streams(rgb, flow)]
        label_M = label_N[clip_M]
        entropy_M2 = torch.stack(
            [F.cross_entropy(logits_MK, label_M, reduction="none") for logits_MK in streams], 1
        )
        probability_NK = fused(*(clip_means(logits_MK, clip_M) for logits_MK in streams))
        return {
            "loss": clip_means(entropy_M2, clip_M).sum(1),
            "accuracy": (probability_NK.argmax(1) == label_N).float(),
        }


def started(config: TwoStreamConfig, blocks: VggBlocks | None) -> TwoStream:
    """The network with random weights, or both streams from VGG-16's convolutions."""
    network = TwoStream(config)
    if blocks is not None:
        for stream in (network.spatial, network.temporal):
            init_stream(stream, blocks, position=0)
    return network


def train_two_stream(run: Run) -> dict[str, Any]:
    """Train both streams, from `run.backbone` where there is one; writes `run.out` and returns its
    card. Raises as `train_dscnn` does."""
    check(run)
    preset, config = run.preset, run.preset.two_stream
    torch.manual_seed(config.schedule.seed)
    blocks = load_blocks(run.backbone, len(BLOCKS)) if run.backbone else None
    network = started(preset.two_stream_network(run.dataset.classes), blocks).to(run.device)
    recipe = preset.recipe
    parts, cache = decoded(run, verified(run), recipe, preset.side, run.cache_bytes)
    views = Views(cache, recipe.size, preset.views)
    (train, held), labels = parts.files, labels_of(parts)
    validation = (held, labels[1]) if held else None
    task = TwoStreamTask(network, views, (train, labels[0]), config.frames, validation)
    origin = {"backbone": origin_of(run.backbone) if run.backbone else "random weights"}
    fed = {name: getattr(recipe, name) for name in ("steps_per_second", "flow", "size")}
    return finish(run, "two-stream", task, config, parts, origin, network, {"recipe": fed})

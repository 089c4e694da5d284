"""Stage 2 from folders of videos to a checkpoint: features, training, model card."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from model.errors import InvalidCheckpoint, InvalidParameter, UnreadableVideo
from model.networks import checkpoint, recognition_checkpoint
from model.networks.device import Precision
from model.networks.dscnn import RTSAEDSCNN
from model.networks.frontend import FrontEnd, Recipe
from model.networks.vgg import VggBlocks
from model.training.capped import CAP_BYTES
from model.training.card import provenance
from model.training.curves import Curves
from model.training.distributed import World
from model.training.features import ClipFeatures, FeatureCache
from model.training.preparation import check_places
from model.training.rtsae import TrainConfig, standardised, train
from model.training.trainer import Progress
from model.video.limits import Limits
from model.weights.vgg16 import load_blocks


@dataclass(frozen=True)
class Stage2:
    """What a run needs: videos, where features are cached and how many bytes of them, where the
    checkpoint goes.

    `device` and `precision` are the front's; what it made is trained on by the CPU.
    """

    videos: Sequence[Path]
    out: Path
    cache: Path
    backbone: Path | None = None  # converted VGG-16; None: the blocks of the shipped checkpoint
    start: Path | None = None  # a dscnn checkpoint whose front, recipe and all, is taken instead
    recipe: Recipe = field(default_factory=Recipe)
    config: TrainConfig = field(default_factory=TrainConfig)
    layers: int = 2
    note: str = ""  # for the model card: what the videos are, and on what terms
    resume: bool = True
    device: str = "cpu"
    precision: Precision = "float32"
    world: World = field(default_factory=World)
    cache_bytes: int = CAP_BYTES
    limits: Limits | None = None
    on_clip: Callable[[int, int, str], None] = lambda done, total, name: None
    on_progress: Callable[[Progress], None] | None = None
    on_notice: Callable[[str], None] = lambda text: None


def run(stage: Stage2) -> dict[str, Any]:
    """Train and write `out` (safetensors) and its curves; the model card.

    Raises UnreadableVideo when no video can be read, InvalidCheckpoint for a bad backbone,
    InvalidParameter for a start whose features are not those of the reading, and what `train` and
    `check_places` raise.
    """
    began = time.monotonic()
    check_places(stage.out, stage.cache, stage.backbone, stage.start)
    if stage.start is None:
        front = build_front(stage.recipe, stage.backbone, stage.device)
    else:
        stage, front = _behind(stage, stage.start)
    cache = FeatureCache(
        stage.cache,
        front,
        stage.precision,
        stage.limits,
        stage.world,
        stage.cache_bytes,
        stage.on_notice,
    )
    clips, refused = cache.load(stage.videos, stage.on_clip)
    if not clips:
        raise UnreadableVideo(f"none of {len(stage.videos)} videos is readable", refused[0])
    pooled = torch.cat([torch.from_numpy(clip.pooled_Sn) for clip in clips])
    front.cpu().fit(pooled)
    folder = stage.out.with_suffix(".resume") if stage.resume else None
    curves = Curves(stage.out) if stage.world.leads else None
    if curves and curves.notice:
        stage.on_notice(curves.notice)
    rtsae, history = train(
        list(standardised(front, clips)),
        stage.config,
        architecture=stage.config.architecture(stage.layers),
        resume=folder,
        world=stage.world,
        curves=curves,
        on_progress=stage.on_progress,
        steps_per_second=stage.recipe.steps_per_second,
    )
    card = _card(stage, clips, refused, history, time.monotonic() - began)
    if stage.world.leads:
        checkpoint.save(stage.out, front, rtsae, card)
        if folder:
            shutil.rmtree(folder)
    return card


def _behind(stage: Stage2, start: Path) -> tuple[Stage2, FrontEnd]:
    """The stage with the recipe and the rate of a recognition network's front, and that front.

    Raises InvalidCheckpoint, InvalidParameter for features that are not those of the reading.
    """
    front = dscnn_front(start).to(stage.device)
    if stage.config.reading == "literal" and front.recipe.pool != "map":
        raise InvalidParameter(
            f"{start.name}: the literal reading wants whole maps, its front has their "
            f"{front.recipe.pool}",
            "Start from a network of `kairoscope train dscnn --preset paper`.",
        )
    config = at_rate(stage.config, front.recipe.steps_per_second)
    return replace(stage, recipe=front.recipe, config=config), front


def build_front(recipe: Recipe, backbone: Path | None, device: str = "cpu") -> FrontEnd:
    """The layers before the gate, from a converted VGG-16 or from the shipped checkpoint.

    Raises InvalidCheckpoint.
    """
    if backbone is not None:
        return FrontEnd.from_blocks(recipe, load_blocks(backbone, recipe.position)).to(device)
    shipped, _, _ = checkpoint.load(checkpoint.SHIPPED)
    blocks: VggBlocks = shipped.streams.blocks
    return FrontEnd.from_blocks(recipe, blocks).to(device)


def at_rate(config: TrainConfig, steps_per_second: float) -> TrainConfig:
    """`config` with sequences at .6 to 1.4 times this rate, as the default has it for ten a
    second; unchanged for 0, every frame."""
    if not steps_per_second:
        return config
    rates = (0.6 * steps_per_second, 1.4 * steps_per_second)
    return replace(config, mixing=replace(config.mixing, rates=rates))


def dscnn_front(path: Path) -> FrontEnd:
    """The layers before the gate of a recognition network. Raises InvalidCheckpoint."""
    network, _ = recognition_checkpoint.load(path)
    if not isinstance(network, RTSAEDSCNN):
        raise InvalidCheckpoint(f"{path.name}: wanted an RTSAE-DSCNN, got another network")
    return network.front


def _card(
    stage: Stage2,
    clips: Sequence[ClipFeatures],
    refused: list[str],
    history: list[dict[str, float]],
    seconds: float,
) -> dict[str, Any]:
    """What one must know of the weights: data, recipe, command, versions, last monitors."""
    return {
        "model": "RTSAE attention (stage 2, unsupervised)",
        "data": [{"name": clip.name, "sha256": clip.sha256} for clip in clips],
        "refused": refused,
        "note": stage.note,
        "seconds_of_video": round(sum(float(clip.time_S[-1]) for clip in clips), 1),
        "recipe": asdict(stage.recipe),
        "precision": stage.precision,
        "training": asdict(stage.config),
        "backbone": "VGG-16 convolutions, ImageNet (torchvision, BSD-3-Clause)",
        "monitors": history[-1] if history else {},
        "seconds": round(seconds, 1),
        "processes": stage.world.size,
        **provenance(),
        "licence": "MIT (recurrent weights); BSD-3-Clause (convolutions)",
    }

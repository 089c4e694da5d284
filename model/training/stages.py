"""Stages 1 and 3 from a labelled data set to a recognition checkpoint with its model card.

Stage 2, which needs no label, is `stage2.py`; the rivals are `arch.py`, `two_stream.py`, `c3d.py`.
"""

import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from model.datasets.hashes import list_hash
from model.errors import InvalidCheckpoint, InvalidParameter
from model.networks import checkpoint, recognition_checkpoint
from model.networks.arch import ARCH
from model.networks.device import room_on
from model.networks.dscnn import RTSAEDSCNN
from model.networks.frontend import FrontEnd
from model.networks.recognition_checkpoint import Stored
from model.networks.rtsae import Encoder, RTSAEConfig
from model.networks.slim import init_streams, prune
from model.networks.vgg import BLOCKS, VggBlocks
from model.training import card
from model.training.curves import Curves
from model.training.dscnn import DSCNNTask, Labelled
from model.training.joint import JointTask
from model.training.preparation import Parts, Run, check, fit_front, fit_head, sources, verified
from model.training.presets import passes_apart
from model.training.trainer import Schedule, Task, Trainer
from model.video.probe import sha256_of
from model.weights.vgg16 import load_blocks

MODELS = {
    "dscnn": "DSCNN, ungated (stage 1)",
    "joint": "RTSAE-DSCNN (stage 3)",
    "arch": "Vanilla ARCH, a reconstruction",
    "two-stream": "Two-Stream ConvNet",
    "c3d": "C3D",
}
VGG_LICENCE = "VGG-16 convolutions, ImageNet (torchvision, BSD-3-Clause)"


def train_dscnn(run: Run) -> dict[str, Any]:
    """Stage 1: both streams and the head on labels, ungated; writes `run.out`, returns its card.

    What lies behind the gate starts from `run.start`, a wider network of this stage, pruned; or
    from `run.backbone`. Raises InvalidParameter, InvalidCheckpoint, UnreadableVideo, DeviceFull,
    TrainingDiverged.
    """
    check(run)
    config = run.preset.dscnn
    if run.second is not None:
        check(replace(run, dataset=run.second))
        config.check_second()
    torch.manual_seed(config.schedule.seed)
    network, origin = _started(run)
    _laid_out(network.to(run.device))
    parts, train, held = sources(run, verified(run), network.front, config.schedule.precision)
    fit_front(network, train)
    fit_head(network, train)
    labels, validation = labels_of(parts)
    second, extra = _second(run, network.front)
    measured = (held, validation) if validation else None
    task = DSCNNTask(network, config, train, labels, measured, second)
    network.front.requires_grad_(not run.preset.frozen)
    return finish(run, "dscnn", task, config, parts, origin | extra, network)


def _second(run: Run, front: FrontEnd) -> tuple[Labelled | None, dict[str, Any]]:
    """The clips of the second data set, all its clips to train on, and what the card says."""
    if run.second is None:
        return None, {}
    run = replace(run, dataset=run.second, validation_share=0.0)
    parts, source, _ = sources(run, verified(run), front, run.preset.dscnn.schedule.precision)
    labels, _ = labels_of(parts)
    about = card.data(run.dataset, {"train": parts.train})
    return Labelled(source, labels, len(run.dataset.classes)), {"second data set": about}


def _started(run: Run) -> tuple[RTSAEDSCNN, dict[str, Any]]:
    """The network before stage 1, and what it is made of."""
    classes = run.dataset.classes
    if run.start is not None:
        full, about = load_dscnn(run.start, classes)
        _trainable(full, run)
        preset = replace(run.preset, recipe=full.front.recipe)
        network = RTSAEDSCNN(full.front, Encoder(RTSAEConfig()), preset.network(classes))
        prune(full, network)
        backbone = about.get("origin", {}).get("backbone", "unknown")
        return network, {"pruned from": origin_of(run.start), "backbone": backbone}
    network = RTSAEDSCNN(_front(run), Encoder(RTSAEConfig()), run.preset.network(classes))
    if run.backbone is None:
        run.on_notice("no --backbone: the layers behind the gate start from random weights")
        return network, {"backbone": "random behind the gate"}
    init_streams(network, load_blocks(run.backbone, len(BLOCKS)))
    return network, {"backbone": origin_of(run.backbone)}


def train_joint(run: Run) -> dict[str, Any]:
    """Stage 3: the network of `run.start` with the gate of `run.attention`, on labels.

    The head behind standalone streams is fitted to these first.
    Writes `run.out` and returns its card. Raises as `train_dscnn` does.
    """
    check(run)
    config = run.preset.joint
    torch.manual_seed(config.schedule.seed)
    network, start_card = load_dscnn(run.start, run.dataset.classes)
    _trainable(network, run)
    run = replace(run, preset=replace(run.preset, recipe=network.front.recipe))
    adopt_gate(network, run.attention)
    _laid_out(network.to(run.device))
    parts, train, held = sources(run, verified(run), network.front, config.schedule.precision)
    labels, validation = labels_of(parts)
    task = JointTask(network, config, train, labels, (held, validation) if validation else None)
    network.front.requires_grad_(not run.preset.frozen)
    origin = {
        "dscnn": origin_of(run.start),
        "attention": origin_of(run.attention or checkpoint.SHIPPED),
        "backbone": start_card.get("origin", {}).get("backbone", "unknown"),
    }
    if _standalone(start_card):
        fit_head(network, train)
        origin["head"] = "its statistics are of the streams that this stage starts from"
    return finish(run, "joint", task, config, parts, origin, network)


def _standalone(about: Mapping[str, Any]) -> bool:
    """Whether stage 1 trained streams alone: the statistics of its head are of untrained ones."""
    training = about.get("training") or {}
    return training.get("fused_weight") == 0


def load_dscnn(path: Path | None, classes: tuple[str, ...]) -> tuple[RTSAEDSCNN, dict[str, Any]]:
    """The network of a stage 1 checkpoint. Raises InvalidCheckpoint for other classes."""
    if path is None:
        raise InvalidParameter("--from: wanted the checkpoint of `kairoscope train dscnn`")
    network, about = recognition_checkpoint.load(path)
    if not isinstance(network, RTSAEDSCNN):
        raise InvalidCheckpoint(
            f"{path.name}: wanted an RTSAE-DSCNN, got {network.__class__.__name__}"
        )
    if network.config.classes != classes:
        raise InvalidCheckpoint(
            f"{path.name} knows {len(network.config.classes)} classes, the data set has "
            f"{len(classes)}, or others",
            "Train stage 1 on the same data set.",
        )
    return network, about


def _trainable(network: RTSAEDSCNN, run: Run) -> None:
    """Raises InvalidParameter for a front that is to be trained though its streams share it."""
    if network.front.recipe.shared and not run.preset.frozen:
        assert run.start is not None
        raise InvalidParameter(
            f"{run.start.name}: the preset {run.preset.name} trains the layers before the gate, "
            "which both streams of this network share",
            "Start from a network of that preset, or take --preset compact.",
        )


def adopt_gate(network: RTSAEDSCNN, path: Path | None) -> None:
    """Take encoder and input statistics from an attention checkpoint (None: the shipped one).

    Raises InvalidCheckpoint when it was trained behind another front.
    """
    path = path or checkpoint.SHIPPED
    front, rtsae, _ = checkpoint.load(path)
    mine, theirs = network.front.recipe, front.recipe
    if replace(mine, steps_per_second=0) != replace(theirs, steps_per_second=0):
        raise InvalidCheckpoint(
            f"{path.name} reads other features: wanted {mine}, got {theirs}",
            "Train it with `kairoscope train rtsae --from` this network's checkpoint.",
        )
    for name, tensor in network.front.streams.state_dict().items():
        if not torch.equal(tensor.half(), front.streams.state_dict()[name].half()):
            raise InvalidCheckpoint(
                f"{path.name} was trained behind other convolutions ({name} differs)",
                "Train it with `kairoscope train rtsae --from` this network's checkpoint.",
            )
    network.encoder = rtsae.encoder
    for name in ("channel_scale", "mean", "std"):
        getattr(network.front, name).copy_(getattr(front, name))


def finish(
    run: Run,
    stage: str,
    task: Task,
    config: Any,
    parts: Parts,
    origin: Mapping[str, Any],
    network: Any,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Train, then write checkpoint, card and curves; the state goes when all is written.

    Raises DeviceFull, DeviceLost, TrainingDiverged.
    """
    from_vgg = stage in ("dscnn", "joint") or run.backbone is not None
    began, folder = time.monotonic(), run.out.with_suffix(".resume")
    with room_on(run.device, _with_less(run, config.schedule, network.config.size)):
        history = fit(run, stage, task, config.schedule, parts, origin, folder)
    network = network.cpu().eval()
    about = {
        "model": MODELS[stage],
        "data": card.data(run.dataset, {"train": parts.train, "validation": parts.validation}),
        "refused": list(parts.refused),
        "note": run.note,
        "preset": run.preset.name,
        "max_steps": run.preset.max_steps,
        "side": run.preset.side,
        "views": f"{_counted(run.preset.views)} per cached clip",
        "frozen_front": run.preset.frozen,
        "training": asdict(config),
        "origin": dict(origin),
        "figures": history[-1] if history else {},
        "seconds": round(time.monotonic() - began, 1),
        "processes": run.world.size,
        "licence": f"MIT; starts from {VGG_LICENCE}" if from_vgg else "MIT",
        **card.provenance(),
        **(extra or {}),
    }
    if run.world.leads:
        _save(run.out, stage, network, about)
        shutil.rmtree(folder, ignore_errors=True)
    run.world.wait()
    return about


def _with_less(run: Run, schedule: Schedule, size: int) -> str:
    """What to do where the device has no room for passes of the schedule's clips."""
    share = -(-schedule.batch // run.world.size)
    clips = min(schedule.at_once or share, share)
    fewer = f" with --at-once {clips // 2} (these were {clips}), or" if clips > 1 else ""
    return (
        f"`kairoscope train` goes on from its last report{fewer} with --device cpu, or begins with "
        f"a smaller --preset than {run.preset.name} ({size} pixels); `kairoscope reproduce` knows "
        "--device cpu alone."
    )


def _counted(views: int) -> str:
    return "one crop" if views == 1 else f"{views} crops"


def _save(path: Path, stage: str, network: Any, about: dict[str, Any]) -> None:
    """The extractors' recognisers read a file whose kind is their name, in full precision."""
    if isinstance(network, RTSAEDSCNN | ARCH):
        recognition_checkpoint.save(path, network, about)
        return
    config, tensors = asdict(network.config), dict(network.state_dict())
    recognition_checkpoint.write(path, Stored(stage, config, tensors, about), half=())


def fit(
    run: Run,
    stage: str,
    task: Task,
    schedule: Schedule,
    parts: Parts,
    origin: Mapping[str, Any],
    folder: Path,
) -> list[dict[str, float]]:
    """Run the trainer with its state in `folder` and its curves beside `run.out`."""
    curves = Curves(run.out) if run.world.leads else None
    if curves and curves.notice:
        run.on_notice(curves.notice)
    identity = {
        "stage": stage,
        "preset": repr(passes_apart(run.preset)),
        "origin": dict(origin),
        "list": list_hash(run.dataset.root, parts.train),
        "processes": run.world.size,
    }
    trainer = Trainer(
        task, schedule, len(parts.train), identity, folder, run.world, run.on_progress, curves
    )
    return trainer.run()


def _front(run: Run) -> FrontEnd:
    """The layers before the gate: of the backbone, or of the shipped attention checkpoint."""
    recipe, blocks = run.preset.recipe, None
    if run.backbone is not None:
        return FrontEnd.from_blocks(recipe, load_blocks(run.backbone, recipe.position))
    shipped, _, _ = checkpoint.load(checkpoint.SHIPPED)
    blocks = shipped.streams.blocks
    assert isinstance(blocks, VggBlocks)
    return FrontEnd.from_blocks(recipe, blocks)


def _laid_out(network: RTSAEDSCNN) -> None:
    """Lay convolutions out as the CPU likes them: about a quarter faster."""
    for part in (network.front.streams, network.s_tail, network.t_tail):
        part.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def labels_of(parts: Parts) -> tuple[list[int], list[int]]:
    """Labels of the clips to train on and to validate by, in their order."""
    return [s.label for s in parts.train], [s.label for s in parts.validation]


def origin_of(path: Path | None) -> dict[str, str]:
    """A checkpoint that a stage starts from, by name and content."""
    assert path is not None
    return {"name": path.name, "sha256": sha256_of(path)}

"""What the training protocols share: from a context and options to the run of a labelled stage."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.reproduction.protocol import Context
from model.training.preparation import Run
from model.training.presets import PRESETS, Preset, changed
from model.training.trainer import Progress

CACHE_BYTES = 12 << 30
KEPT = ("seconds", "figures", "refused", "preset", "training", "origin")


def preset_of(name: str, part: str, **changes: Any) -> Preset:
    """The training preset with changes to the part of one stage: `epochs` multiplies its own,
    `seed`, `precision` and others replace; None changes nothing."""
    preset = PRESETS[name]()
    config = getattr(preset, part)
    factor = changes.pop("epochs", 1.0)
    schedule = config.schedule
    if factor != 1.0:
        schedule = replace(
            schedule,
            epochs=schedule.epochs * factor,
            iterations=round(schedule.iterations * factor),
        )
    return replace(preset, **{part: changed(replace(config, schedule=schedule), **changes)})


def run_of(
    context: Context,
    preset: Preset,
    *,
    start: Path | None = None,
    attention: Path | None = None,
    backbone: Path | None = None,
) -> Run:
    """The run of a labelled stage in the task's folder."""

    def progressed(progress: Progress) -> None:
        context.on_progress("training", progress.iteration, progress.total)

    return Run(
        dataset=context.dataset,
        preset=preset,
        out=context.checkpoint,
        cache=context.cache,
        device=context.device,
        cache_bytes=CACHE_BYTES,
        on_clip=lambda what, done, total, name: context.on_progress(what, done, total),
        on_progress=progressed,
        start=start,
        attention=attention,
        backbone=backbone,
    )


def summary(card: Mapping[str, Any]) -> dict[str, Any]:
    """What a task's result keeps of a model card: the rest is in the checkpoint."""
    return {name: card[name] for name in KEPT if name in card}

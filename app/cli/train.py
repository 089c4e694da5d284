"""`kairoscope train`: stage 2, the attention model without labels, beside the labelled stages."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import (
    add_backbone_option,
    add_cache_options,
    backbone_file,
    cache_bytes,
    positive_int,
)
from app.cli.train_labelled import add_dataset_options, add_stages, open_named, together
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.training.rtsae import TrainConfig


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("train", help="train a model on your own videos")
    stages = parser.add_subparsers(metavar="STAGE", required=True)
    add_stages(stages)
    _add_rtsae(stages)


def _add_rtsae(stages: Any) -> None:
    rtsae = stages.add_parser(
        "rtsae",
        help="the attention model, on any videos, without labels",
        description="Train the RTSAE on every video below DIR (several --data add up), or on the "
        "clips that a data set has for training. Features are computed once and cached; an "
        "interrupted run goes on when repeated. `torchrun --nproc-per-node 2 $(which kairoscope) "
        "train rtsae ...` shares the work.",
    )
    add = rtsae.add_argument
    add("--data", metavar="DIR", type=Path, action="append", default=[], help="repeatable")
    add_dataset_options(rtsae, required=False, split="--dataset-split")
    add("--clips", type=positive_int, metavar="N", help="so many of the data set's, evenly taken")
    add(
        "--split",
        metavar="FILE",
        type=Path,
        help="JSON with a list `train` of paths in the first DIR",
    )
    add("--out", metavar="FILE", type=Path, default=Path("attention.safetensors"))
    add_cache_options(rtsae, "features")
    add_backbone_option(add, "the shipped attention's blocks")
    add("--from", dest="start", metavar="FILE", type=Path, help="the front of a dscnn checkpoint")
    add("--position", choices=("p1", "p2", "p3"), help="the gate's pooling layer (default: p3)")
    readings = ("default", "soft", "literal")
    add("--reading", choices=readings, default="default", help="of equation 12")
    add("--layers", type=int, choices=(1, 2, 3), default=2, help="of aLSTMs (default: 2)")
    add("--iterations", type=positive_int)
    add("--batch", type=positive_int)
    add("--steps", type=positive_int, help="steps of a training sequence")
    add("--report-every", type=positive_int, help="updates between reports (default: 50)")
    add("--seed", type=int, default=0)
    add("--note", default="", help="for the model card: what the videos are, on what terms")
    add("--restart", action="store_true", help="ignore the state of an interrupted run")
    precisions = ("float32", "bfloat16")
    add(
        "--precision",
        choices=precisions,
        default="float32",
        help="of the front; bfloat16 is slow on a CPU that lacks it (default: float32)",
    )
    add(
        "--device",
        default="auto",
        help="of the front: auto, cpu, cuda, cuda:1 or mps; its features are learned on the CPU, "
        "which is faster at many small steps in a row",
    )
    rtsae.set_defaults(run=run_rtsae)


def run_rtsae(arguments: argparse.Namespace) -> Exit:
    """Train in this process's place among torchrun's; the first one writes and speaks."""
    from dataclasses import replace
    from functools import partial

    from model.networks.frontend import Recipe
    from model.training.stage2 import Stage2, run

    recipe = Recipe.literal() if arguments.reading == "literal" else Recipe()
    if arguments.position:
        recipe = replace(recipe, position=int(arguments.position[1]))
    if arguments.start and arguments.position:
        raise InvalidParameter("--from brings its own features", "Leave --position out.")
    config, cap = _config(arguments), cache_bytes(arguments)
    backbone = backbone_file(arguments.backbone)
    with together(arguments) as (world, device, speaker):
        stage = Stage2(
            videos=_videos(arguments, speak=world.leads),
            out=arguments.out,
            cache=arguments.cache or arguments.out.parent / "feature-cache",
            backbone=backbone,
            start=arguments.start,
            recipe=recipe,
            config=config,
            layers=arguments.layers,
            note=arguments.note,
            device=device,
            precision=arguments.precision,
            world=world,
            cache_bytes=cap,
        )
        if speaker:
            on_clip = partial(speaker.clip, "features")
            stage = replace(
                stage, on_clip=on_clip, on_progress=speaker.progress, on_notice=speaker.notice
            )
        card = run(stage)
    if speaker:
        print(f"{arguments.out}: {len(card['data'])} clips, {card['seconds_of_video']} s of video")
        for line in card["refused"]:
            print(f"refused: {line}", file=sys.stderr)
    return Exit.DONE


def _videos(arguments: argparse.Namespace, *, speak: bool) -> list[Path]:
    """Videos of the folders and of the data set's list. Raises InvalidParameter for none."""
    from model.methods.filling import midpoints
    from model.training.features import videos_under

    videos: list[Path] = []
    if arguments.dataset:
        found = [sample.path for sample in open_named(arguments, speak=speak).train]
        count = min(len(found), arguments.clips or len(found))
        videos += [found[n] for n in midpoints(len(found), count).tolist()]
    try:
        for number, root in enumerate(arguments.data):
            videos += videos_under(root, arguments.split if number == 0 else None)
    except (OSError, ValueError, KeyError) as error:
        raise InvalidParameter(f"--data: {error}", "Name folders that hold videos.") from None
    if not videos:
        raise InvalidParameter("wanted --data or --dataset", "Name a folder that holds videos.")
    return videos


def _config(arguments: argparse.Namespace) -> "TrainConfig":
    from model.training.rtsae import TrainConfig

    names = ("iterations", "batch", "steps", "seed")
    given = {name: getattr(arguments, name) for name in names}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if arguments.report_every:
        changes["monitor_every"] = arguments.report_every
    return TrainConfig.read(arguments.reading, **changes)

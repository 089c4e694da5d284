"""`kairoscope weights`: the checkpoints, and what each says of itself."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli import Exit

TABLE = "{:<24}{:<12}{:>10}  {}"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("weights", help="what the networks' weights are")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser("list", help="the checkpoints that come with the program")
    listing.set_defaults(run=run_list)
    show = commands.add_parser("show", help="recipe, architecture and model card, as JSON")
    show.add_argument(
        "checkpoint",
        metavar="NAME|FILE",
        nargs="?",
        default="attention",
        help="one that comes with the program, or a file (default: attention)",
    )
    show.set_defaults(run=run_show)
    pull = commands.add_parser("pull", help="get weights that do not come with the program")
    pull.add_argument("name", choices=("vgg16-imagenet",), help="for training and evaluation")
    pull.set_defaults(run=run_pull)


def run_list(arguments: argparse.Namespace) -> Exit:
    """Print a line for each."""
    from model.weights.cards import shipped

    print(TABLE.format("name", "task", "MB", "sha256"))
    for checkpoint in shipped():
        size = f"{checkpoint.bytes / 1e6:.1f}"
        print(TABLE.format(checkpoint.name, checkpoint.task, size, checkpoint.sha256))
    return Exit.DONE


def run_show(arguments: argparse.Namespace) -> Exit:
    """Print all that one says."""
    from model.weights.cards import SHIPPED, describe

    named = SHIPPED / f"{arguments.checkpoint}.safetensors"
    path = named if named.is_file() else Path(arguments.checkpoint)
    print(json.dumps(asdict(describe(path)), indent=2))
    return Exit.DONE


def run_pull(arguments: argparse.Namespace) -> Exit:
    """Download, check the hash, convert to safetensors; prints where they are."""
    from app.cli.options import deployment_settings
    from model.weights import vgg16

    path = vgg16.pull(deployment_settings().data_dir / "weights")
    print(f"{path}\n{vgg16.LICENCE}")
    return Exit.DONE

"""`kairoscope weights`: the checkpoints, what each says of itself, and where to get others."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import weights_folder

TABLE = "{:<18}{:<13}{:<10}{:>8}  {}"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("weights", help="what the networks' weights are")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = commands.add_parser(
        "list", help="all that the program knows: shipped, pulled, or to be had"
    )
    listing.set_defaults(run=run_list)
    show = commands.add_parser(
        "show",
        help="recipe, architecture and model card, as JSON; before a pull licence and sources",
    )
    show.add_argument(
        "checkpoint",
        metavar="NAME|FILE",
        nargs="?",
        default="attention",
        help="one of `weights list`, or a file (default: attention)",
    )
    show.set_defaults(run=run_show)
    pull = commands.add_parser("pull", help="get weights that do not come with the program")
    pull.add_argument("name", metavar="NAME", help="one of `weights list`")
    pull.set_defaults(run=run_pull)


def run_list(arguments: argparse.Namespace) -> Exit:
    """Print a line for each: where it is, or how to get it; and another with its licence."""
    from model.weights import registry

    folder = weights_folder()
    print(TABLE.format("name", "task", "state", "MB", "where"))
    for entry in registry.ENTRIES:
        path = entry.path(folder)
        if path.is_file():
            state, where = "pulled" if entry.sources else "shipped", str(path)
            size = f"{path.stat().st_size / 1e6:.1f}"
        else:
            state, size, where = "missing", "", entry.how()
        print(TABLE.format(entry.name, entry.task, state, size, where))
        print(f"  licence: {entry.licence}")
    return Exit.DONE


def run_show(arguments: argparse.Namespace) -> Exit:
    """Print all that one says; of one that is not there, what the program knows of it."""
    from model.weights import registry
    from model.weights.cards import describe

    path = Path(arguments.checkpoint)
    entry = next((e for e in registry.ENTRIES if e.name == arguments.checkpoint), None)
    if entry and not path.is_file():
        path = entry.path(weights_folder())
        if not path.is_file():
            print(json.dumps(entry.known(), indent=2))
            return Exit.DONE
    print(json.dumps(asdict(describe(path)), indent=2))
    return Exit.DONE


def run_pull(arguments: argparse.Namespace) -> Exit:
    """Download, check the hash, convert to safetensors; prints where they are."""
    from model.weights import registry

    path = registry.pull(arguments.name, weights_folder(), _note)
    print(f"{path}\n{registry.get(arguments.name).licence}")
    return Exit.DONE


def _note(failure: str) -> None:
    print(f"not to be had there: {failure}", file=sys.stderr)

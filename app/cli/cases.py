"""`kairoscope cases`: scenes with known phases, drawn by this program."""

import argparse
import sys
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import positive_int


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("cases", help="make sample videos with known phases")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    render = commands.add_parser(
        "render",
        help="render jumps with their phases as ground truth",
        description="Render clips of every class as DIR/<Class>/v_<Class>_gNN_cNN.mp4, the phases "
        "of each in a .json of the same name. Seeds below 10000 are for training, 10000 to 19999 "
        "for validation, from 20000 on for tests.",
    )
    render.add_argument("out", metavar="DIR", type=Path)
    render.add_argument("--clips", type=positive_int, default=2, help="of each class (default: 2)")
    render.add_argument(
        "--seed", type=positive_int, default=20000, help="of the first clip (default: 20000)"
    )
    render.add_argument(
        "--codec", choices=("h264", "mpeg4"), default="h264", help=".mp4 or .avi (default: h264)"
    )
    render.set_defaults(run=run_render)


def run_render(arguments: argparse.Namespace) -> Exit:
    """Render; prints the path of each clip."""
    from model.datasets.athletics.write import render

    def on_progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done} of {total} clips", end="" if done < total else "\n", file=sys.stderr)

    paths = render(
        arguments.out,
        clips_per_class=arguments.clips,
        seed0=arguments.seed,
        codec=arguments.codec,
        on_progress=on_progress,
    )
    print(*paths, sep="\n")
    return Exit.DONE

"""`kairoscope worker`: one more worker for a running broker and database."""

import argparse
from typing import Any

from app.cli import Exit
from app.cli.options import deployment_settings


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "worker",
        help="start one worker",
        description="Start one worker of the broker and database that the environment variables "
        "KAIROSCOPE_* name. Of the queue `reproductions` it takes the tasks of `kairoscope "
        "reproduce --workers` alone, which are long: it needs no database, but the disk on which "
        "the reproduction and its clips lie, under the same paths.",
    )
    parser.add_argument(
        "--queue",
        choices=("analyses", "reproductions"),
        default="analyses",
        help="what it works on (default: analyses)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Work until SIGTERM or Ctrl-C."""
    from worker.tasks import run_reproducer, run_worker

    work = run_worker if arguments.queue == "analyses" else run_reproducer
    work(deployment_settings())
    return Exit.DONE

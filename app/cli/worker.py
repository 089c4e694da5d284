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
        "KAIROSCOPE_* name.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Work until SIGTERM or Ctrl-C."""
    from worker.tasks import run_worker

    run_worker(deployment_settings())
    return Exit.DONE

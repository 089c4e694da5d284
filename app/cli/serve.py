"""`kairoscope serve`: everything the page needs, under one supervisor."""

import argparse
import logging
import signal
from typing import Any

from app.cli import Exit
from app.cli.options import deployment_settings


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="start the web application with its worker and broker",
        description="Start the web application, its worker and, unless KAIROSCOPE_REDIS_URL is "
        "set, its broker. Settings are the environment variables KAIROSCOPE_*.",
    )
    parser.add_argument(
        "--stop-with-parent",
        action="store_true",
        help="also stop when the process that started it ends, even if it was killed (Linux)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Serve until SIGTERM or Ctrl-C."""
    from model.process import die_with_parent
    from worker.supervise import serve

    if arguments.stop_with_parent:
        die_with_parent(signal.SIGTERM)
    settings = deployment_settings()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    serve(settings)
    return Exit.DONE

"""The command `kairoscope`: one file a subcommand, discovered.

A module of this folder is a subcommand when it has `register(subparsers)`, which adds its parser
and sets `run`, a function of the parsed arguments that returns the exit code. Heavy imports
(torch, OpenCV) belong inside `run`, so that `--help` answers at once.

Exit codes: 0 done, 2 wrong usage, 3 an input was unreadable, 4 the work failed, 141 nobody
reads the output on.
"""

import argparse
import importlib
import os
import pkgutil
import select
import sys
from collections.abc import Sequence
from enum import IntEnum

from model import __version__
from model.errors import InvalidParameter, KairoscopeError, UnreadableVideo


class Exit(IntEnum):
    """What the command's exit code says."""

    DONE = 0
    USAGE = 2
    UNREADABLE = 3
    FAILED = 4
    INTERRUPTED = 130
    UNREAD = 141  # of a shell: 128 and SIGPIPE


def exit_code(error: KairoscopeError) -> Exit:
    """The exit code of a failure."""
    if isinstance(error, InvalidParameter):
        return Exit.USAGE
    return Exit.UNREADABLE if isinstance(error, UnreadableVideo) else Exit.FAILED


def build_parser() -> argparse.ArgumentParser:
    """The parser with every subcommand of this folder."""
    parser = argparse.ArgumentParser(
        prog="kairoscope",
        description="Shows where in a human-action video the information is.",
    )
    parser.add_argument("--version", action="version", version=f"kairoscope {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if hasattr(module, "register"):
            module.register(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    try:
        return _run(arguments)
    except BrokenPipeError:
        if not (unread := _unread()):
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for number in unread:  # what is still to be flushed at the end
            os.dup2(nowhere, number)
        return Exit.UNREAD


def _run(arguments: Sequence[str] | None) -> int:
    try:
        parsed = build_parser().parse_args(arguments)
        code = int(parsed.run(parsed))
        if sys.stdout:  # None where it is closed
            sys.stdout.flush()
        return code
    except KairoscopeError as error:
        print(f"kairoscope: {error.message}. {error.hint}", file=sys.stderr)
        return exit_code(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED


def _unread() -> list[int]:
    """The numbers of stdout and stderr, where nobody reads on: `| head` has enough."""
    waiting = select.poll()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        waiting.register(stream.fileno(), 0)
    gone = select.POLLERR | select.POLLHUP
    return [number for number, event in waiting.poll(0) if event & gone]

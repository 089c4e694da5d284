"""`kairoscope evaluate speed`: seconds and multiply-adds beside Vanilla ARCH."""

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import positive_int
from app.cli.protocols import add_protocol_options, measured, text_of


def add_speed(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "speed",
        help="time for one time step and one clip, beside Vanilla ARCH",
        description="Seconds, steps and multiply-adds of RTSAE-DSCNN, of itself without a gate and "
        "of Vanilla ARCH with SMS on test clips, with and without decoding and flow: timed side by "
        "side in changing order, the median of the repeats, with 95 % intervals over clips.",
    )
    add = parser.add_argument
    add("--weights", metavar="FILE", type=Path, help="RTSAE-DSCNN (default: the shipped)")
    arch = "Vanilla ARCH (default: untrained, of the size that --preset names)"
    add("--arch", metavar="FILE", type=Path, help=arch)
    add("--preset", choices=("compact", "paper", "tiny"), default="compact")
    add("--repeats", metavar="N", type=positive_int, default=3, help="of each clip (default: 3)")
    most = "clips at most, evenly among those (default: 24)"
    add("--most", metavar="N", type=positive_int, default=24, help=most)
    add_protocol_options(parser, clips=1)
    parser.set_defaults(run=run_speed)


def run_speed(arguments: argparse.Namespace) -> Exit:
    """Measure; prints tables or JSON."""
    from model.reproduction.experiments.speed import tables
    from model.reproduction.task import shipped

    options = {name: getattr(arguments, name) for name in ("repeats", "most", "preset")}
    options["clips_per_class"] = arguments.clips_per_class
    files = {"network": arguments.weights or shipped("shipped/compact")}
    if arguments.arch:
        files["arch"] = arguments.arch
    record = measured(arguments, "speed", options, files)
    shown = tables(files["network"].stem, record["result"]["systems"], record["key"])
    print(json.dumps(record, indent=1) if arguments.json else text_of(shown))
    return Exit.DONE

"""`kairoscope evaluate moments`: where keyframes and phi_t lie in the phases of clips."""

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.protocols import add_protocol_options, measured, text_of


def add_moments(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "moments",
        help="keyframes and phi_t in run-up, decisive phases and at the end",
        description="How many keyframes a gate takes of test clips and what share of them, and of "
        "phi_t, lies in decisive phases, in the run-up and in the last 40 % of the time, beside as "
        "many uniform ones, with 95 % intervals over recordings. Phases are known of Athletics "
        "alone.",
    )
    gates = parser.add_mutually_exclusive_group().add_argument
    attention = "the gate of this attention checkpoint (default: the shipped)"
    gates("--attention", metavar="FILE", type=Path, help=attention)
    gates("--weights", metavar="FILE", type=Path, help="the gate of this RTSAE-DSCNN instead")
    add_protocol_options(parser, clips=10)
    parser.set_defaults(run=run_moments)


def run_moments(arguments: argparse.Namespace) -> Exit:
    """Measure; prints tables or JSON."""
    from model.reproduction.experiments.moments import tables
    from model.reproduction.task import shipped

    options = {"clips_per_class": arguments.clips_per_class}
    if arguments.weights:
        files = {"network": arguments.weights}
    else:
        files = {"attention": arguments.attention or shipped("shipped/attention")}
    record = measured(arguments, "moments", options, files)
    (path,) = files.values()
    shown = tables(path.stem, record["result"]["rows"], record["key"])
    print(json.dumps(record, indent=1) if arguments.json else text_of(shown))
    return Exit.DONE

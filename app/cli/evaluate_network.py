"""`kairoscope evaluate streams` and `keyframe-methods`: an RTSAE-DSCNN on other inputs."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.protocols import add_protocol_options, measured, text_of

if TYPE_CHECKING:
    from model.reproduction.document import Table


def add_streams(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "streams",
        help="what S-Net and T-Net recognise without each other",
        description="Accuracy on test clips by both streams of an RTSAE-DSCNN, and by one with the "
        "features of the other 0, at the steps of its own gate; with the learned weight w_f.",
    )
    _add_network(parser)
    parser.set_defaults(run=run_streams)


def add_keyframe_methods(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "keyframe-methods",
        help="what is recognised on the keyframes of each method alone",
        description="Accuracy of an RTSAE-DSCNN on test clips where it sees a method's keyframes "
        "alone, as many as the method finds and as many as rtsae, beside its own gate and all "
        "steps.",
    )
    _add_network(parser)
    attention = "whose keyframes are rtsae's (default: the shipped attention)"
    parser.add_argument("--attention", metavar="FILE", type=Path, help=attention)
    parser.set_defaults(run=run_keyframe_methods)


def run_streams(arguments: argparse.Namespace) -> Exit:
    """Measure; prints tables or JSON."""
    from model.reproduction.experiments.streams import by_class, by_stream

    record = _measured(arguments, "streams")
    found, run, title = record["result"], record["key"], arguments.weights.stem
    return _shown(
        arguments, record, [by_stream({title: found}, {title: run}), by_class(title, found, run)]
    )


def run_keyframe_methods(arguments: argparse.Namespace) -> Exit:
    """Measure; prints a table or JSON."""
    from model.reproduction.experiments.keyframe_methods import Seen
    from model.reproduction.task import shipped

    attention = arguments.attention or shipped("shipped/attention")
    record = _measured(arguments, "keyframe-methods", attention=attention)
    return _shown(arguments, record, [Seen(record["result"], record["key"]).table()])


def _add_network(parser: argparse.ArgumentParser) -> None:
    weights = "the RTSAE-DSCNN (default: the one that ships, of Athletics)"
    parser.add_argument("--weights", metavar="FILE", type=Path, help=weights)
    add_protocol_options(parser, clips=10)


def _measured(arguments: argparse.Namespace, name: str, **files: Path) -> dict[str, Any]:
    from model.reproduction.task import shipped

    arguments.weights = arguments.weights or shipped("shipped/compact")
    options = {"clips_per_class": arguments.clips_per_class}
    return measured(arguments, name, options, {"network": arguments.weights, **files})


def _shown(arguments: argparse.Namespace, record: dict[str, Any], tables: "list[Table]") -> Exit:
    print(json.dumps(record, indent=1) if arguments.json else text_of(tables))
    return Exit.DONE

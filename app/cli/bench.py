"""`kairoscope bench`: what each stage of an analysis costs, or how quick the pages are."""

import argparse
import json
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import (
    add_attention_options,
    add_method_options,
    chosen_methods,
    load_attention,
    positive_int,
    require_file,
)
from model.errors import InvalidParameter
from model.networks.fallback import or_cpu

if TYPE_CHECKING:
    from model.evaluation.bench import Bench, Cost

TABLE = "  {:<24}{:>10}{:>10}{:>14}"


UI = "ui"
REPEATS = 3


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "bench",
        help="measure what each stage costs, or how quick the pages are",
        description="`bench VIDEO`: wall and CPU seconds, decoded frames per second and peak "
        "memory of each stage on a clip, the decoder's process included. `bench ui`: how quick the "
        "pages are, in Chromium and with a server and a library of its own (docs/performance.md); "
        "a video of that name is ./ui.",
    )
    parser.add_argument("video", metavar="VIDEO|ui")
    add_method_options(parser)
    add_attention_options(parser)
    parser.add_argument(
        "--repeats",
        metavar="N",
        type=positive_int,
        help=f"of `bench ui`: how often each page is measured (default: {REPEATS})",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON (kairoscope/bench@1, kairoscope/bench-ui@1)",
    )
    usual = vars(parser.parse_args([UI]))
    parser.set_defaults(run=lambda arguments: run(arguments, usual))


def run(arguments: argparse.Namespace, usual: Mapping[str, Any]) -> Exit:
    """Measure and print. `usual` are the options where none is given."""
    if arguments.video == UI:
        _refuse(arguments, usual, keep=("video", "json", "repeats"), of="VIDEO")
        return _bench_ui(arguments)
    _refuse(arguments, usual, keep=[name for name in usual if name != "repeats"], of=UI)
    return _bench_video(arguments)


def _refuse(
    arguments: argparse.Namespace, usual: Mapping[str, Any], keep: Collection[str], of: str
) -> None:
    """Raises InvalidParameter for an option that would be ignored."""
    given = vars(arguments)
    for name, default in usual.items():
        if name not in keep and given[name] != default:
            option = "set" if name == "settings" else name.replace("_", "-")
            raise InvalidParameter(f"--{option} belongs to bench {of}", "Leave it out.")


def _bench_ui(arguments: argparse.Namespace) -> Exit:
    """The pages' figures."""
    from app.ui_bench.run import measure

    report = measure(arguments.repeats or REPEATS, say=_say)
    print(json.dumps(report.to_json()) if arguments.json else report.table())
    return Exit.DONE


def _say(what: str) -> None:
    if sys.stderr.isatty():
        print(f"{what} ...", file=sys.stderr)


def _bench_video(arguments: argparse.Namespace) -> Exit:
    """The costs of one clip's analysis."""
    from model.evaluation.bench import bench

    methods, video = chosen_methods(arguments), Path(arguments.video)
    require_file(video)

    def on(device: str) -> "Bench":
        return bench(
            video,
            methods,
            load_attention(arguments, methods, device),
            flow=arguments.flow,
            steps_per_second=arguments.steps_per_second,
        )

    result = or_cpu(arguments.device, on)
    print(json.dumps(result.to_json()) if arguments.json else table(video.name, result))
    return Exit.DONE


def table(name: str, result: "Bench") -> str:
    """The costs for people: a line for each stage, the whole, the memory."""
    info = result.info
    rows = [*result.stages.items(), ("one analysis", result.total)]
    return "\n".join(
        [
            f"{name}: {info.frames} frames, {info.width}x{info.height}, {info.codec}; "
            f"flow {result.flow}, device {result.device}",
            TABLE.format("stage", "wall s", "CPU s", "frames/s"),
            *(_row(stage, cost, info.frames) for stage, cost in rows),
            f"  peak memory {result.peak_memory_bytes / 2**20:.0f} MiB",
        ]
    )


def _row(stage: str, cost: "Cost", frames: int) -> str:
    rate = f"{frames / cost.wall_s:,.0f}" if cost.wall_s else "-"
    return TABLE.format(stage, f"{cost.wall_s:.3f}", f"{cost.cpu_s:.3f}", rate)

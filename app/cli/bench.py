"""`kairoscope bench`: what each stage of an analysis costs on a clip."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import (
    add_attention_options,
    add_method_options,
    chosen_methods,
    load_attention,
    require_file,
)
from model.networks.fallback import or_cpu

if TYPE_CHECKING:
    from model.evaluation.bench import Bench, Cost

TABLE = "  {:<24}{:>10}{:>10}{:>14}"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "bench",
        help="measure what each stage costs",
        description="Wall and CPU seconds, decoded frames per second and peak memory of each "
        "stage on a clip, the decoder's process included.",
    )
    parser.add_argument("video", metavar="VIDEO", type=Path)
    add_method_options(parser)
    add_attention_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON (kairoscope/bench@1)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Measure and print."""
    from model.evaluation.bench import bench

    methods = chosen_methods(arguments)
    require_file(arguments.video)

    def on(device: str) -> "Bench":
        return bench(
            arguments.video,
            methods,
            load_attention(arguments, methods, device),
            flow=arguments.flow,
            steps_per_second=arguments.steps_per_second,
        )

    result = or_cpu(arguments.device, on)
    print(json.dumps(result.to_json()) if arguments.json else table(arguments.video.name, result))
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

"""`kairoscope evaluate athletics`: recognition and its keyframes on the rendered test clips."""

import argparse
import json
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import positive_int
from app.cli.protocols import Told

ROW = "  {:<28}{:>10}{:>10}{:>8}"


def add_athletics(protocols: Any) -> None:
    """Add the protocol."""
    athletics = protocols.add_parser(
        "athletics",
        help="recognition, keyframes and the inverse analysis on Athletics",
        description="Accuracy on the test clips of ROOT (from `kairoscope cases render athletics`) "
        "of RTSAE-DSCNN and Vanilla ARCH checkpoints; RTSAE-DSCNN also on as many uniform and "
        "random steps and on all, with discarded steps mixed back in, and where its keyframes lie. "
        "Two-Stream and C3D checkpoints read the keyframes that methods select. "
        "Several checkpoints of one kind and preset are training seeds; rows of other presets than "
        "compact name theirs.",
    )
    add = athletics.add_argument
    add("--root", metavar="ROOT", type=Path, required=True, help="the rendered benchmark")
    add("--weights", metavar="FILE", type=Path, nargs="+", required=True)
    attention = "whose keyframes ARCH, Two-Stream and C3D read (default: the shipped)"
    add("--attention", metavar="FILE", type=Path, help=attention)
    select = "whose keyframes Two-Stream and C3D read; uniform takes as many as rtsae, if both are"
    add("--select", metavar="a,b", default="rtsae,uniform", help=f"{select} named")
    add("--cache", metavar="DIR", type=Path, default=Path("athletics-cache"))
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    precisions = ("float32", "bfloat16")
    add("--precision", choices=precisions, default="float32", help="of the layers before the gate")
    add("--jobs", metavar="N", type=positive_int, help="clips decoded at a time (default: a core)")
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    athletics.set_defaults(run=run_athletics)


def run_athletics(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.datasets import open_dataset
    from model.evaluation.athletics_run import evaluate
    from model.evaluation.recognition_work import Work
    from model.networks.device import resolve

    told = Told()
    work = Work(
        arguments.cache,
        resolve(arguments.device),
        arguments.precision,
        arguments.jobs,
        arguments.attention,
        lambda stage, done, total, name: told(f"{stage} {name}", done, total),
        tuple(name.strip() for name in arguments.select.split(",")),
    )
    dataset = open_dataset(arguments.root, name="athletics")
    result = evaluate(dataset, arguments.weights, work)
    print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return Exit.DONE


def _table(result: dict[str, Any]) -> str:
    """The result for reading."""
    lines = [f"{result['dataset']['test_clips']} test clips"]
    lines.append(ROW.format("recognizer", "accuracy", "sd", "kept"))
    for name, row in result["recognizers"].items():
        figures = (f"{row[key]:.3f}" for key in ("accuracy_mean", "accuracy_std", "kept_mean"))
        lines.append(ROW.format(name, *figures))
    for pair, row in result["comparisons"].items():
        interval = f"{row['low']:+.3f} to {row['high']:+.3f}"
        lines.append(f"{pair}: {row['difference']:+.3f} ({row['level']:.0%}: {interval})")
    lines += _inner(result, "")
    for preset, inner in result["presets"].items():
        lines += _inner(inner, f"{preset}: ")
    return "\n".join(lines)


def _inner(result: dict[str, Any], before: str) -> list[str]:
    """Inverse analysis and phases of one preset."""
    lines = [
        f"{before}{row['mixed_back']:.0%} mixed back: accuracy {row['accuracy']:.3f}"
        for row in result["inverse"]
    ]
    for action, row in result["phases"].items():
        lines.append(
            f"{before}{action}: {row['keyframes']:.1f} keyframes "
            f"(at most {row['keyframes_most']}), {row['decisive']:.2f} decisive "
            f"(of all steps {row['decisive_steps']:.2f}), {row['run_up']:.2f} in the run-up"
        )
    return lines

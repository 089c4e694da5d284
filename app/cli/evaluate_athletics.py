"""`kairoscope evaluate athletics`: recognition and its keyframes on the rendered test clips."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.cli import Exit

ROW = "  {:<18}{:>10}{:>10}{:>8}"


def add_athletics(protocols: Any) -> None:
    """Add the protocol."""
    athletics = protocols.add_parser(
        "athletics",
        help="recognition, keyframes and the inverse analysis on Athletics",
        description="Accuracy on the test clips of ROOT (from `kairoscope cases render athletics`) "
        "of RTSAE-DSCNN and Vanilla ARCH checkpoints; RTSAE-DSCNN also on as many uniform and "
        "random steps and on all, with discarded steps mixed back in, and where its keyframes lie. "
        "Several checkpoints of one kind are training seeds.",
    )
    add = athletics.add_argument
    add("--root", metavar="ROOT", type=Path, required=True, help="the rendered benchmark")
    add("--weights", metavar="FILE", type=Path, nargs="+", required=True)
    add("--attention", metavar="FILE", type=Path, help="for ARCH on RTSAE keyframes")
    add("--cache", metavar="DIR", type=Path, default=Path("athletics-cache"))
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    athletics.set_defaults(run=run_athletics)


def run_athletics(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.datasets import open_dataset
    from model.evaluation.athletics_run import evaluate

    dataset = open_dataset(arguments.root, name="athletics")
    files, cache, attention = arguments.weights, arguments.cache, arguments.attention
    result = evaluate(dataset, files, cache, attention=attention, on_clip=_note)
    print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return Exit.DONE


def _note(done: int, total: int, name: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done + 1}/{total} {name}", end="", file=sys.stderr, flush=True)


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
    for row in result["inverse"]:
        lines.append(f"{row['mixed_back']:.0%} mixed back: accuracy {row['accuracy']:.3f}")
    for action, row in result["phases"].items():
        lines.append(
            f"{action}: {row['keyframes']:.1f} keyframes (at most {row['keyframes_most']}), "
            f"{row['decisive']:.2f} decisive "
            f"(of all steps {row['decisive_steps']:.2f}), {row['run_up']:.2f} in the run-up"
        )
    return "\n".join(lines)

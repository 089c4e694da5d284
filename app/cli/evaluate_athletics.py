"""`kairoscope evaluate athletics`: recognition and its keyframes on the rendered test clips."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.options import positive_int
from app.cli.protocols import (
    GOES_ON,
    Told,
    add_out,
    held_in,
    parts_beside,
    require_weights,
    write_out,
)

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
    add_out(athletics, f"everything, with every clip's outcome and its provenance; {GOES_ON}")
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    athletics.set_defaults(run=run_athletics)


def run_athletics(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.datasets import open_dataset
    from model.evaluation.athletics import SCHEMA
    from model.evaluation.athletics_run import evaluate
    from model.evaluation.parts import Parts
    from model.evaluation.recognition_work import Work
    from model.networks.checkpoint import SHIPPED
    from model.networks.device import resolve
    from model.reproduction.record import data, machine
    from model.training.card import versions
    from model.video.probe import sha256_of

    held_in(arguments.out, SCHEMA)
    attention = arguments.attention or SHIPPED
    require_weights((*arguments.weights, attention))
    dataset, told = open_dataset(arguments.root, name="athletics"), Told()
    about = {"data": data(dataset, 1), "attention": sha256_of(attention)}
    work = Work(
        arguments.cache,
        resolve(arguments.device),
        arguments.precision,
        arguments.jobs,
        arguments.attention,
        lambda stage, done, total, name: told(f"{stage} {name}", done, total),
        tuple(name.strip() for name in arguments.select.split(",")),
    )
    how = [work.device, work.precision, work.select, list(map(sha256_of, arguments.weights))]
    with parts_beside(arguments.out) as folder:
        clips = [sha256_of(sample.path) for sample in dataset.test] if folder else []
        parts = Parts(folder, {**versions(), **about, "how": how, "clips": clips})
        result = evaluate(dataset, arguments.weights, replace(work, parts=parts))
        result["provenance"] |= {**about, "machine": machine()}
        write_out(arguments.out, result)
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
        lines.append(f"{pair}: {row['difference']:+.3f} ({_interval(row)})")
    lines += _inner(result, "")
    for preset, inner in result["presets"].items():
        lines += _inner(inner, f"{preset}: ")
    return "\n".join(lines)


def _interval(row: dict[str, Any]) -> str:
    """The interval of a comparison, where there is one."""
    if row["low"] is None:
        return "of one recording: no interval"
    return f"{row['level']:.0%}: {row['low']:+.3f} to {row['high']:+.3f}"


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

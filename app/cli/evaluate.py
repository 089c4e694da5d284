"""`kairoscope evaluate`: how well checkpoints select, and recognise, on clips they never saw."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.cli import Exit
from app.cli.evaluate_athletics import add_athletics
from app.cli.evaluate_keyframes import add_keyframes
from app.cli.evaluate_moments import add_moments
from app.cli.evaluate_network import add_keyframe_methods, add_streams
from app.cli.evaluate_recognition import add_recognition
from app.cli.evaluate_speed import add_speed
from app.cli.evaluate_vsumm import add_vsumm
from app.cli.options import deployment_settings, positive_int
from app.cli.protocols import add_out, held_in, write_out
from model.errors import InvalidParameter

SCHEMA = "kairoscope/attention-evaluation@1"
COLUMNS = ("error a step", "over optimum", "gap closed", "beats uniform")
HEAD = "  {:<14}{:>14}{:>14}{:>12}{:>15}"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("evaluate", help="measure a model against known answers")
    protocols = parser.add_subparsers(metavar="PROTOCOL", required=True)
    attention = protocols.add_parser(
        "attention",
        help="hold reconstruction on held-out clips, attention on rendered scenes",
        description="Hold-reconstruction error at 12 % of the steps for rtsae, uniform, random, "
        "the delta rule and the optimum, in the gate's own space and in a fixed one (RGB means of "
        "VGG-16 p5, after `kairoscope weights pull vgg16-imagenet`); cuts hit; and phi_t on "
        "rendered scenes of unseen seeds. Several --weights are training seeds of one model.",
    )
    add = attention.add_argument
    add("--data", metavar="DIR", type=Path, help="videos; without it only scenes are evaluated")
    add("--split", metavar="FILE", type=Path, help="JSON with lists of paths below DIR")
    add("--part", default="held_out", help="the list to evaluate (default: held_out)")
    add("--weights", metavar="FILE", type=Path, nargs="+", help="default: the shipped checkpoint")
    add("--scenes", metavar="N", type=positive_int, default=20, help="of each class (default: 20)")
    add("--no-scenes", action="store_true", help="held-out clips only")
    add_out(attention, "everything as JSON, with its provenance")
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    attention.set_defaults(run=run_attention)
    add_athletics(protocols)
    add_keyframes(protocols)
    add_keyframe_methods(protocols)
    add_moments(protocols)
    add_recognition(protocols)
    add_speed(protocols)
    add_streams(protocols)
    add_vsumm(protocols)


def run_attention(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.evaluation.attention import evaluate
    from model.evaluation.scenes import evaluate_scenes
    from model.networks.attention import AttentionModel
    from model.reproduction.record import machine
    from model.training.card import provenance
    from model.training.features import videos_under

    if arguments.data is None and arguments.no_scenes:
        raise InvalidParameter("nothing to evaluate", "Give --data DIR, or leave out --no-scenes.")
    held_in(arguments.out, SCHEMA)
    models = [AttentionModel.load(path) for path in arguments.weights or [None]]
    result: dict[str, Any] = {"schema": SCHEMA}
    if arguments.data is not None:
        try:
            videos = videos_under(arguments.data, arguments.split, arguments.part)
        except (OSError, ValueError, KeyError) as error:
            raise InvalidParameter(f"--data: {error}", "Name a folder that holds videos.") from None
        result["clips"] = evaluate(models, videos, _fixed_space(), _note)
    if not arguments.no_scenes:
        result["scenes"] = [
            {"checkpoint": model.name, **evaluate_scenes(model, arguments.scenes, _note)}
            for model in models
        ]
    result["provenance"] = {**provenance(), "machine": machine()}
    write_out(arguments.out, result)
    print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return Exit.DONE


def _fixed_space() -> Any:
    """All five blocks of VGG-16, where they were pulled; None, with a word why, elsewhere."""
    from model.weights import vgg16

    path = deployment_settings().data_dir / "weights" / f"{vgg16.NAME}.safetensors"
    if path.exists():
        return vgg16.load_blocks(path, 5)
    print(
        f"the fixed space is left out: run `kairoscope weights pull {vgg16.NAME}`", file=sys.stderr
    )
    return None


def _note(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _table(result: dict[str, Any]) -> str:
    """The result for reading."""
    lines = []
    for run in result.get("clips", {}).get("runs", []):
        for space, summary in run["spaces"].items():
            lines.append(f"{run['checkpoint']}: {space} space, {summary['clips']} held-out clips")
            lines.append(HEAD.format("method", *COLUMNS))
            for method, row in summary["methods"].items():
                lines.append(
                    f"  {method:<14}{row['hold_error_per_step']:>14.3f}"
                    f"{row['over_optimum']:>14.3f}{row['share_of_gap_closed']:>12.2f}"
                    f"{row['clips_better_than_uniform']:>15.2f}"
                )
        hits = run["cuts"]["hit_within_one_step"]
        cuts = ", ".join(f"{name} {value:.3f}" for name, value in hits.items())
        lines.append(f"  of {run['cuts']['cuts']} cuts hit within one step: {cuts}")
    over = result.get("clips", {}).get("over_seeds", {}).get("spaces", {})
    for space, methods in over.items():
        for method, row in methods.items():
            gap = row["share_of_gap_closed"]
            spread = f"{gap['mean']:.3f} (sd {gap['sd']:.3f}, {gap['lowest']:.3f} to"
            lines.append(f"over seeds, {space}: {method} closes {spread} {gap['highest']:.3f})")
    for scenes in result.get("scenes", []):
        lines.append(f"{scenes['checkpoint']}: {scenes['scenes']} rendered scenes, means")
        lines += [f"  {name:<30}{value:>8.3f}" for name, value in scenes["mean"].items()]
    return "\n".join(lines)

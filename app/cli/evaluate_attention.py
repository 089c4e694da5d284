"""`kairoscope evaluate attention`: hold reconstruction on held-out clips, phi_t on scenes."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import positive_int, weights_folder
from app.cli.protocols import GOES_ON, add_out, held_in, parts_beside, write_out
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.evaluation.attention import Read
    from model.networks.vgg import VggBlocks

SCHEMA = "kairoscope/attention-evaluation@1"
COLUMNS = ("error a step", "over optimum", "gap closed", "beats uniform")
HEAD = "  {:<14}{:>14}{:>14}{:>12}{:>15}"


def add_attention(protocols: Any) -> None:
    """Add the protocol."""
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
    add_out(attention, f"everything as JSON, with its provenance; {GOES_ON}")
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    attention.set_defaults(run=run_attention)


def run_attention(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON."""
    from model.evaluation.attention import evaluate
    from model.evaluation.parts import Parts
    from model.evaluation.scenes import evaluate_scenes
    from model.networks.attention import AttentionModel
    from model.reproduction.record import machine
    from model.training.card import provenance, versions

    if arguments.data is None and arguments.no_scenes:
        raise InvalidParameter("nothing to evaluate", "Give --data DIR, or leave out --no-scenes.")
    held_in(arguments.out, SCHEMA)
    models = [AttentionModel.load(path) for path in arguments.weights or [None]]
    videos = _videos(arguments) if arguments.data is not None else []
    result: dict[str, Any] = {"schema": SCHEMA}
    with parts_beside(arguments.out) as folder:
        if arguments.data is not None:
            fixed, key = _fixed_space()
            result["clips"] = evaluate(models, videos, fixed, _note, _reader(folder, key))
        if not arguments.no_scenes:
            parts = Parts(folder, versions())
            result["scenes"] = [
                {
                    "checkpoint": model.name,
                    **evaluate_scenes(model, arguments.scenes, _note, parts),
                }
                for model in models
            ]
        data = {"data": _listed(videos, arguments)} if videos else {}
        result["provenance"] = {**provenance(), **data, "machine": machine()}
        write_out(arguments.out, result)
    print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return Exit.DONE


def _videos(arguments: argparse.Namespace) -> list[Path]:
    """The clips to evaluate. Raises InvalidParameter."""
    from model.training.features import videos_under

    try:
        return videos_under(arguments.data, arguments.split, arguments.part)
    except (OSError, ValueError, KeyError) as error:
        raise InvalidParameter(f"--data: {error}", "Name a folder that holds videos.") from None


def _listed(videos: list[Path], arguments: argparse.Namespace) -> dict[str, Any]:
    """The clips by their place below --data, with the hashes of their bytes."""
    from model.datasets.hashes import place_of
    from model.video.probe import sha256_of

    root = arguments.data
    clips = [{"file": place_of(path, root), "sha256": sha256_of(path)} for path in videos]
    return {"part": arguments.part if arguments.split else None, "clips": clips}


def _fixed_space() -> "tuple[VggBlocks | None, str]":
    """All five blocks of VGG-16 and the hash of their file, where they were pulled; None and "",
    with a word why, elsewhere."""
    from model.video.probe import sha256_of
    from model.weights import vgg16

    path = weights_folder() / f"{vgg16.NAME}.safetensors"
    if path.exists():
        return vgg16.load_blocks(path, 5), sha256_of(path)
    command = f"kairoscope weights pull {vgg16.NAME}"
    print(f"the fixed space is left out: run `{command}`", file=sys.stderr)
    return None, ""


def _reader(folder: Path | None, fixed_key: str) -> "Read":
    """What reads a clip's steps, keeping them in `folder`, where there is one."""
    from model.evaluation.attention import read_steps
    from model.evaluation.steps_cache import StepsCache

    if folder is None:
        return read_steps
    return lambda path, model, fixed: StepsCache(folder, model, fixed, fixed_key).get(path)


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

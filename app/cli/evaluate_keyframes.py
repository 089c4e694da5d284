"""`kairoscope evaluate keyframes`: keyframes of any video against what people marked in it."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit, exit_code
from app.cli.options import (
    add_attention_options,
    add_method_options,
    chosen_methods,
    determinants,
    load_attention,
    positive_int,
    rate,
    require_file,
)
from app.cli.output import ProgressLine
from app.cli.protocols import GOES_ON, add_out, held_in, parts_beside, write_out
from model.errors import InvalidParameter, KairoscopeError

if TYPE_CHECKING:
    from model.evaluation.truth import GroundTruth
    from model.methods.base import Method
    from model.networks.attention import AttentionModel

SCHEMA = "kairoscope/keyframes-evaluation@1"
HOW = ("keyframes", "tolerance", "hue", "flow", "steps_per_second")  # options of the scores
COLUMNS = {
    "keyframes": "keyframes",
    "precision": "P",
    "recall": "R",
    "f": "F",
    "hue_precision": "P hue",
    "hue_recall": "R hue",
    "hue_f": "F hue",
    "interval_precision": "P inter",
    "interval_recall": "R inter",
    "interval_f": "F inter",
    "decisive": "decisive",
    "coverage": "coverage",
    "redundancy": "redundancy",
}


def add_keyframes(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "keyframes",
        help="keyframes of videos against what people marked in them",
        description="Precision, recall and F of each method's keyframes against annotated "
        "keyframes and intervals, their share in decisive phases, coverage, redundancy, and how "
        "far methods agree; with --hue by VSUMM's hues, too. The mean over annotators, then over "
        "videos. docs/ground-truth.md defines every figure and shows the formats. Exit codes are "
        "those of analyze.",
    )
    add = parser.add_argument
    add("videos", metavar="VIDEO", nargs="+", type=Path)
    truth = "a file, or a folder with <video>.json, .csv or .mat, or VSUMM's UserSummary"
    add("--truth", metavar="FILE|DIR", type=Path, help=f"{truth} (default: beside each video)")
    add_method_options(parser)
    add("--keyframes", metavar="K", type=positive_int, help="exactly K from every method")
    add(
        "--tolerance",
        metavar="S",
        type=rate,
        help="how many seconds apart still match (default: half a second)",
    )
    add(
        "--hue",
        action="store_true",
        help="compare keyframes with annotated ones by hue, too, as VSUMM does: decodes each "
        "video once more",
    )
    add_attention_options(parser)
    add_out(parser, f"everything as JSON, with its provenance; {GOES_ON}")
    add("--json", action="store_true", help="print everything as JSON, not as a table")
    parser.set_defaults(run=run_keyframes)


def run_keyframes(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints a table or JSON. A video that fails is reported and the others are done."""
    from model.evaluation.matching import TOLERANCE_S
    from model.evaluation.truth_files import truth_of

    held_in(arguments.out, SCHEMA)
    if arguments.tolerance is None:
        arguments.tolerance = TOLERANCE_S
    if len(arguments.videos) > 1 and arguments.truth and not arguments.truth.is_dir():
        raise InvalidParameter(
            f"--truth: wanted a folder for {len(arguments.videos)} videos, got {arguments.truth}",
            "Name the folder in which each video has a file of its own name.",
        )
    for video in arguments.videos:
        require_file(video)
    truths = {video: truth_of(video, arguments.truth) for video in arguments.videos}
    if arguments.hue:
        _require_keyframes(truths.values())
    with parts_beside(arguments.out) as folder:
        result, worst = _evaluated(arguments, truths, folder)
        if result["videos"]:
            write_out(arguments.out, result)
    if result["videos"]:
        print(json.dumps(result, indent=1) if arguments.json else _table(result))
    return worst


def _evaluated(
    arguments: argparse.Namespace, truths: "Mapping[Path, GroundTruth]", folder: Path | None
) -> tuple[dict[str, Any], Exit]:
    """The result, and the worst that a video met. What is done of it is kept in `folder`."""
    from model.evaluation.parts import Parts
    from model.evaluation.scores import over_videos
    from model.reproduction.record import machine
    from model.training.card import provenance, versions
    from model.video.probe import sha256_of

    methods = chosen_methods(arguments)
    attention = load_attention(arguments, methods, arguments.device)
    how = {name: getattr(arguments, name) for name in HOW}
    parts = Parts(folder, {**versions(), **determinants(methods, attention), **how})
    found, data, worst = [], [], Exit.DONE
    left_out: dict[str, str] = {}
    for video, truth in truths.items():
        about = {"file": video.name, "sha256": sha256_of(video), "truth": _hash(truth)}
        data.append(about)
        one = partial(_scored, arguments, video, truth, methods, attention)
        try:
            found.append(parts.get(f"{video} {about}", one))
        except KairoscopeError as error:
            problem = error.to_problem() | {"instance": str(video)}
            print(json.dumps(problem, ensure_ascii=False), file=sys.stderr)
            left_out[str(video)] = error.message
            worst = max(worst, exit_code(error))
    return {
        "schema": SCHEMA,
        "tolerance_s": arguments.tolerance,
        "videos": found,
        "left_out": left_out,
        **(over_videos(found) if found else {}),
        "provenance": {**provenance(), "data": data, "machine": machine()},
    }, worst


def _hash(truth: "GroundTruth") -> str:
    """What names the marks, in whatever file they were."""
    return hashlib.sha256(json.dumps(truth.to_json(), sort_keys=True).encode()).hexdigest()


def _require_keyframes(truths: "Iterable[GroundTruth]") -> None:
    """Raises InvalidParameter where nobody marked a keyframe of any video."""
    if not any(who.keyframes for truth in truths for who in truth.annotators):
        raise InvalidParameter(
            "--hue: wanted annotated keyframes, got none",
            "Intervals and phases name no frame whose hues could be compared: leave --hue out.",
        )


def _scored(
    arguments: argparse.Namespace,
    video: Path,
    truth: "GroundTruth",
    methods: "Sequence[Method]",
    attention: "AttentionModel | None",
) -> dict[str, Any]:
    """The scores of one video, with its name and its methods' parameters."""
    from model.analyze import Progress, analyze
    from model.evaluation.scores import scores
    from model.evaluation.vsumm_sources import hues_of

    line = ProgressLine(video.name)
    try:
        analysis = analyze(
            video,
            methods,
            keyframes=arguments.keyframes,
            attention=attention,
            flow=arguments.flow,
            steps_per_second=arguments.steps_per_second,
            on_progress=line,
        )
        hues = None
        if arguments.hue:
            hues = hues_of(video, analysis, truth, lambda *done: line(Progress("hues", *done)))
    finally:
        line.clear()
    parameters = {name: dict(found.parameters) for name, found in analysis.methods.items()}
    about = {"file": str(video), "parameters": parameters, "provenance": analysis.provenance}
    return {**about, **scores(analysis, truth, arguments.tolerance, hues)}


def _table(result: dict[str, Any]) -> str:
    """The means for reading, without columns that no video fills."""
    rows = result["methods"]
    shown = [name for name in COLUMNS if any(row[name] is not None for row in rows.values())]
    heads = [COLUMNS[name] for name in shown]
    count, wide = len(result["videos"]), max(map(len, (*rows, "method"))) + 2
    lines = [
        f"{count} video{'s' * (count > 1)}, within {result['tolerance_s']:g} s",
        f"  {'method':<{wide}}" + "".join(f"{head:>11}" for head in heads),
    ]
    for method, row in rows.items():
        cells = "".join(_cell(name, row[name]) for name in shown)
        lines.append(f"  {method:<{wide}}{cells}")
    return "\n".join(lines)


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return f"{'-':>11}"
    return f"{value:>11.1f}" if name == "keyframes" else f"{value:>11.3f}"

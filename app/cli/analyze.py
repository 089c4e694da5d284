"""`kairoscope analyze`: attention, keyframes and action of video files, without any server."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from app.cli import Exit, exit_code
from app.cli.options import (
    add_attention_options,
    add_method_options,
    add_recognition_options,
    chosen_methods,
    export_formats,
    load_attention,
    load_recogniser,
    positive_int,
    require_file,
)
from app.cli.output import ProgressLine, folder_names, skipped, summary, write_folder
from app.exports import FORMATS
from model.errors import CannotWrite, InvalidParameter, KairoscopeError
from model.networks.fallback import or_cpu

if TYPE_CHECKING:
    from model.methods.base import Method
    from model.networks.attention import AttentionModel
    from model.recognisers.base import Recogniser
    from model.types import Analysis

    Networks = tuple[AttentionModel | None, Recogniser | None]


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "analyze",
        help="find the keyframes of videos",
        description="Attention, keyframes and action of each video. Exit code 0: done, "
        "2: wrong usage, 3: an input was unreadable (the others are done), 4: an analysis failed.",
    )
    parser.add_argument("videos", metavar="VIDEO", nargs="+", type=Path)
    add_method_options(parser)
    parser.add_argument(
        "--keyframes",
        metavar="K",
        type=positive_int,
        help="exactly K keyframes from every method (default: each method's own number)",
    )
    add_attention_options(parser)
    add_recognition_options(parser)
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write one JSON object a video and line (kairoscope/analysis@1) to FILE, - for stdout",
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="a folder a video: analysis.json, keyframe JPEGs"
    )
    parser.add_argument(
        "--export",
        metavar="a,b",
        type=export_formats,
        default=[],
        help=f"with --out, these files too: {', '.join(FORMATS)}, or all (docs/exports.md)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Analyse every video; one that fails is reported and the others are still done."""
    if arguments.export and not arguments.out:
        raise InvalidParameter("--export needs --out", "Name the folder to write to.")
    methods = chosen_methods(arguments)

    @cache
    def networks(device: str) -> "Networks":
        return load_attention(arguments, methods, device), load_recogniser(arguments, device)

    or_cpu(arguments.device, networks)  # before any work: weights may be missing
    worst = Exit.DONE
    with _json_sink(arguments.json) as sink:
        folders = folder_names(arguments.videos)
        for video, folder in zip(arguments.videos, folders, strict=True):
            try:
                analysis = or_cpu(
                    arguments.device, partial(_analyze, arguments, video, methods, networks)
                )
                _hand_over(arguments, sink, video, folder, analysis)
            except KairoscopeError as error:
                problem = error.to_problem() | {"instance": str(video)}
                print(json.dumps(problem, ensure_ascii=False), file=sys.stderr)
                worst = max(worst, exit_code(error))
    return worst


def _analyze(
    arguments: argparse.Namespace,
    video: Path,
    methods: "Sequence[Method]",
    networks: "Callable[[str], Networks]",
    device: str,
) -> "Analysis":
    from model.analyze import analyze

    require_file(video)
    attention, recogniser = networks(device)
    line = ProgressLine(video.name)
    try:
        return analyze(
            video,
            methods,
            keyframes=arguments.keyframes,
            attention=attention,
            recogniser=recogniser,
            flow=arguments.flow,
            steps_per_second=arguments.steps_per_second,
            on_progress=line,
        )
    finally:
        line.clear()


def _hand_over(
    arguments: argparse.Namespace,
    sink: TextIO | None,
    video: Path,
    folder: str,
    analysis: "Analysis",
) -> None:
    as_a_job = {**analysis.provenance, "file": str(video), "reused": []}
    analysis = replace(analysis, provenance=as_a_job)
    for line in skipped(analysis):
        print(f"kairoscope: {video.name}: skipped {line}", file=sys.stderr)
    if sink:
        print(json.dumps(analysis.to_json()), file=sink, flush=True)
    else:
        print(summary(video.name, analysis))
    if arguments.out:
        with _writing(arguments.out / folder):
            write_folder(arguments.out / folder, video, analysis, arguments.export)


@contextmanager
def _json_sink(target: str | None) -> Iterator[TextIO | None]:
    """Where the JSON lines go: nowhere, stdout for `-`, or a file."""
    if target is None or target == "-":
        yield sys.stdout if target else None
        return
    with _writing(target):
        file = open(target, "w", encoding="utf-8")  # noqa: SIM115 (closed below)
    with file:
        yield file


@contextmanager
def _writing(target: Path | str) -> Iterator[None]:
    """Turns an OSError into CannotWrite."""
    try:
        yield
    except OSError as error:
        raise CannotWrite.at(target, error) from error

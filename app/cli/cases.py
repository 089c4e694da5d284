"""`kairoscope cases`: scenes with known phases, drawn by this program, and clips of one's own."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app.cli import Exit, exit_code
from app.cli.options import deployment_settings, positive_int
from model.errors import InvalidParameter, KairoscopeError
from worker.types import IMPORTED_EACH

TRAIN_CLIPS, SAMPLE_CLIPS = 70, 2
BENCHMARK = "athletics"


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser("cases", help="make sample videos with known phases")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    render = commands.add_parser(
        "render",
        help="render actions with their phases as ground truth",
        description="`render athletics --out DIR` writes the benchmark: twelve classes laid out as "
        "UCF101 is, with its lists: DIR/<Class>/v_<Class>_gNN_cNN.avi, the phases of a clip in a "
        ".json of the same name; clips that are there are kept. `render DIR` writes samples of the "
        "first two classes as .mp4. Seeds below 10000 are for training, 10000 to 19999 for "
        "validation, from 20000 on for tests.",
    )
    add = render.add_argument
    add("what", metavar="athletics|DIR", help="the benchmark, or a folder for samples")
    add("--out", metavar="DIR", type=Path, help="where the benchmark goes")
    add(
        "--clips",
        metavar="N",
        type=positive_int,
        help=f"of each class, in the benchmark for training (default: {TRAIN_CLIPS}; of samples: "
        f"{SAMPLE_CLIPS})",
    )
    add("--validation", metavar="N", type=positive_int, help="of each class (default: clips / 7)")
    add("--test", metavar="N", type=positive_int, help="of each class (default: clips * 5 / 7)")
    jobs = "clips of the benchmark at a time (default: as many as there are cores)"
    add("--jobs", metavar="N", type=positive_int, help=jobs)
    add("--seed", metavar="S", type=positive_int, help="of the first sample (default: 20000)")
    add("--codec", choices=("h264", "mpeg4"), help=".mp4 or .avi (default: .avi; samples: .mp4)")
    render.set_defaults(run=run_render)
    _add_import(commands)


def _add_import(commands: Any) -> None:
    bring = commands.add_parser(
        "import",
        help="add clips of your own UCF101 to the case studies",
        description="Copies clips of the actions of the case studies into the library, tagged with "
        "their action, so that they stand beside the rendered scenes. They are analysed by "
        "`kairoscope serve` with the same KAIROSCOPE_DATA_DIR. Exit code 3: a clip was unreadable "
        "(the others are there).",
    )
    bring.add_argument("--ucf101", metavar="ROOT", type=Path, required=True)
    bring.add_argument(
        "--clips",
        metavar="N",
        type=positive_int,
        default=IMPORTED_EACH,
        help=f"of each action (default: {IMPORTED_EACH})",
    )
    bring.add_argument(
        "--all-classes",
        action="store_true",
        help="of every class of the data set, not only those of the case studies",
    )
    bring.set_defaults(run=run_import)


def run_render(arguments: argparse.Namespace) -> Exit:
    """Render; prints the path of each clip."""
    benchmark = arguments.what == BENCHMARK
    _refuse_misplaced(arguments, benchmark)
    paths = _benchmark(arguments) if benchmark else _samples(arguments)
    print(*paths, sep="\n")
    return Exit.DONE


def _refuse_misplaced(arguments: argparse.Namespace, benchmark: bool) -> None:
    """Raises InvalidParameter for an option that would be ignored, or an --out that is missing."""
    if benchmark and arguments.out is None:
        raise InvalidParameter(
            "wanted a folder for the benchmark, got none",
            "Add --out DIR; for samples in a folder of that name: ./athletics.",
        )
    foreign = ("seed",) if benchmark else ("out", "validation", "test", "jobs")
    given = [name for name in foreign if getattr(arguments, name) is not None]
    if given:
        owner = "samples: render DIR" if benchmark else "the benchmark: render athletics --out DIR"
        raise InvalidParameter(f"--{given[0]} belongs to {owner}", "Leave it out.")


def _benchmark(arguments: argparse.Namespace) -> list[Path]:
    from model.cores import cores
    from model.datasets.athletics.benchmark import Picture, render_benchmark

    clips = arguments.clips or TRAIN_CLIPS
    try:
        return render_benchmark(
            arguments.out,
            train=clips,
            validation=arguments.validation or max(1, round(clips / 7)),
            test=arguments.test or max(1, round(clips * 5 / 7)),
            picture=Picture(codec=arguments.codec or "mpeg4"),
            jobs=arguments.jobs or cores(),
            on_progress=_on_progress,
        )
    except (OSError, ValueError) as error:
        raise InvalidParameter(str(error), "Name a folder that can be written.") from None


def _samples(arguments: argparse.Namespace) -> list[Path]:
    from model.datasets.athletics.write import render

    return render(
        Path(arguments.what),
        clips_per_class=arguments.clips or SAMPLE_CLIPS,
        seed0=arguments.seed or 20000,
        codec=arguments.codec or "h264",
        on_progress=_on_progress,
    )


def _on_progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} clips", end="" if done < total else "\n", file=sys.stderr)


def run_import(arguments: argparse.Namespace) -> Exit:
    """Import; prints a line for each clip."""
    from app.pages.cases.studies import ACTIONS
    from worker.service import Service
    from worker.ucf101 import bring, choose

    clips = choose(arguments.ucf101, ACTIONS, arguments.clips, every_class=arguments.all_classes)
    service, worst = Service(deployment_settings()), Exit.DONE
    for clip in clips:
        try:
            video = bring(service, clip)
        except KairoscopeError as error:
            print(json.dumps(error.to_problem() | {"instance": str(clip.path)}), file=sys.stderr)
            worst = max(worst, exit_code(error))
        else:
            print(f"{clip.action}: {clip.path.name}, /v/{video.id}")
    service.close()
    return worst

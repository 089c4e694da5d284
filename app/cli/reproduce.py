"""`kairoscope reproduce`: every table and figure of the paper, by one command."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.options import (
    add_backbone_option,
    backbone_file,
    deployment_settings,
    positive_int,
    weights_folder,
)
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.reproduction.course import Progress
    from model.reproduction.document import Document
    from model.reproduction.plan import Plan
    from model.reproduction.prepare import Request
    from model.reproduction.reproduction import Reproduction

DATASETS, PRESETS = ("athletics", "ucf101", "hmdb51"), ("quick", "full", "paper")
SPEAK_EVERY_S = 10.0  # where stderr is not a terminal
ROW = "{:<{width}}  {:<10}{:>9}  {}"
TAKEN_TRIES, TAKEN_PAUSE_S = 20, 0.1  # workers look at the lock, and hold it for a moment


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "reproduce",
        help="every table and figure of the paper, as a report",
        description="Trains and measures what the paper's tables and figures show, on Athletics "
        "(rendered, twelve classes), UCF101 or HMDB51, and writes DIR/document.json as it goes, "
        "at the end report.html and report.md. Stopped, it goes on where it was when repeated. A "
        "task that fails costs what needs it, and no more; repeating the command tries it again. "
        "Exit codes: 2 a wrong root or option, 4 a task failed.",
    )
    add = parser.add_argument
    add("--dataset", choices=DATASETS, required=True)
    add("--root", metavar="DIR", type=Path, help="its clips (default for athletics: rendered)")
    size = "how much of it: quick is for two cores, full for patience, paper for a GPU"
    add("--preset", choices=PRESETS, default="quick", help=f"{size} (default: quick)")
    where = "default: KAIROSCOPE_DATA_DIR/reproductions/DATASET-PRESET"
    add("--out", metavar="DIR", type=Path, help=f"results, checkpoints, cache ({where})")
    add("--only", metavar="a,b", help="these experiments, with the trainings that they need")
    summaries = "videos with users' summaries in VSUMM's layout, for the experiment of that name"
    add("--summaries", metavar="DIR", type=Path, help=summaries)
    add_backbone_option(add, "vgg16-imagenet, if it is pulled")
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    add("--jobs", metavar="N", type=positive_int, help="clips decoded at a time (default: a core)")
    workers = "let workers run the tasks: `kairoscope worker --queue reproductions`, any number, "
    workers += "on machines with this broker (KAIROSCOPE_REDIS_URL) and, under the same paths, "
    workers += "the disk of --out, --root and --backbone"
    add("--workers", action="store_true", help=workers)
    add("--dry-run", action="store_true", help="list the tasks, their state and the estimate")
    add("--json", action="store_true", help="print the document, or the list, as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> Exit:
    """Reproduce; prints what came of it, or with --dry-run what would be done."""
    from app.reproduction import write_reports
    from model.reproduction.experiment import registry
    from model.reproduction.prepare import prepared
    from model.reproduction.state import states

    request = _request(arguments)
    reproduction = prepared(request, registry())
    for notice in reproduction.notices:
        print(notice, file=sys.stderr)
    if arguments.dry_run:
        print(_listed(reproduction, as_json=arguments.json))
        return Exit.DONE
    with _alone(request.out):
        _render(request)
        document = _carried_out(reproduction, arguments.workers)
    reports = write_reports(document, request.out)
    print(json.dumps(document.to_json(), indent=1) if arguments.json else _summary(document))
    for path in (request.out / "document.json", *reports):
        print(path, file=sys.stderr)
    lost = any(state.lost for state in states(reproduction.plan).values())
    return Exit.FAILED if lost else Exit.DONE


def _request(arguments: argparse.Namespace) -> "Request":
    from model.reproduction.experiment import PRESETS
    from model.reproduction.prepare import Request
    from model.weights import registry, vgg16

    home = deployment_settings().data_dir
    pulled = registry.get(vgg16.NAME).path(weights_folder())
    usual = pulled if pulled.is_file() else None
    only = [name.strip() for name in (arguments.only or "").split(",")]
    return Request(
        dataset=arguments.dataset,
        preset=PRESETS[arguments.preset],
        out=arguments.out or home / "reproductions" / f"{arguments.dataset}-{arguments.preset}",
        root=arguments.root,
        only=tuple(dict.fromkeys(name for name in only if name)),
        summaries=arguments.summaries,
        backbone=backbone_file(arguments.backbone) or usual,
        device=arguments.device,
        jobs=arguments.jobs,
    )


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the lock of the folder. Raises InvalidParameter where another command does, or where
    it cannot be written."""
    from model.reproduction.course import coordinator
    from model.reproduction.lock import Lock

    lock = Lock(coordinator(out))
    try:
        for _ in range(TAKEN_TRIES):
            if lock.take():
                break
            time.sleep(TAKEN_PAUSE_S)
        else:
            raise InvalidParameter(
                f"another kairoscope reproduce is at work in {out}", "Wait for it, or name --out."
            )
    except OSError as error:
        raise InvalidParameter(f"--out: {error}", "Name a folder that can be written.") from None
    try:
        yield
    finally:
        lock.give_back()


def _render(request: "Request") -> None:
    from model.reproduction.prepare import render

    speaker = _Speaker()

    def tell(done: int, total: int) -> None:
        speaker.say(f"rendered {done} of {total} clips")

    try:
        render(request, tell)
    except OSError as error:
        raise InvalidParameter(f"--out: {error}", "Name a folder that can be written.") from None
    speaker.clear()


def _carried_out(reproduction: "Reproduction", workers: bool) -> "Document":
    """Run all tasks; the document is written after each, and as it is returned."""
    from model.reproduction import plan_file
    from model.reproduction.attempt import renew
    from model.reproduction.course import here

    plan, speaker = reproduction.plan, _Speaker()
    plan_file.save(plan)
    renew(plan)
    reproduction.write()
    tasks = here(plan, speaker.progress)
    if workers:
        from worker.reproductions import spread

        tasks = spread(plan, deployment_settings(), speaker.progress)
    for task in tasks:
        reproduction.write()
        speaker.ended(task.name, plan)
    return reproduction.write()  # a worker may have ended a task before the first look


class _Speaker:
    """Progress on stderr: one line that changes on a terminal, else a line now and then; and a
    line for each task that a worker takes, and for each that has ended."""

    def __init__(self) -> None:
        self._last = 0.0
        self._shows = sys.stderr.isatty()
        self._by: dict[str, str] = {}

    def progress(self, at: "Progress") -> None:
        """A task is so far."""
        if at.by and self._by.get(at.task) != at.by:
            self._by[at.task] = at.by
            self._line(f"{at.task}: taken by {at.by}")
        count = f" {at.done}/{at.total}" if at.total else ""
        where = f"task {at.number} of {at.of}, {at.task}: {at.what}{count}"
        self.say(f"{where}, about {_duration(at.eta_s)} left")

    def ended(self, task: str, plan: "Plan") -> None:
        """A task has its result, or has failed."""
        if problem := plan.failure(task):
            self._line(f"{task} failed: {problem['detail']}. {problem['hint']}")
        elif record := plan.record(task):
            self._line(f"{task}: done in {_duration(record['provenance']['seconds'])}")

    def say(self, text: str) -> None:
        """Something that the next word of it replaces."""
        now = time.monotonic()
        if self._shows:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        elif now - self._last >= SPEAK_EVERY_S:
            self._last = now
            print(text, file=sys.stderr, flush=True)

    def _line(self, text: str) -> None:
        self.clear()
        print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave the line empty for what follows."""
        if self._shows:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _listed(reproduction: "Reproduction", *, as_json: bool) -> str:
    """Tasks with their states, and how long those that are left will take."""
    from model.reproduction.course import Course
    from model.reproduction.state import states

    plan = reproduction.plan
    course, now = Course(plan), states(plan)
    rows = [
        {
            "task": task.name,
            "protocol": task.protocol,
            "state": now[task.name].kind,
            "why": now[task.name].why,
            "seconds": round(course.eta.remaining([task])),
        }
        for task in plan.ordered
    ]
    if as_json:
        return json.dumps({"tasks": rows, "seconds": round(course.remaining())}, indent=1)
    width = max((len(task.name) for task in plan.ordered), default=0)
    lines = [ROW.format("task", "state", "estimate", "", width=width)]
    for row in rows:
        estimate = "" if row["state"] == "done" else _duration(row["seconds"])
        values = (row["task"], row["state"], estimate, row["why"])
        lines.append(ROW.format(*values, width=width).rstrip())
    lines.append(f"{len(course.left())} of {len(rows)} tasks: {_duration(course.remaining())}")
    return "\n".join(lines)


def _summary(document: "Document") -> str:
    """The document for reading: what there is of each section, and what came of the claims."""
    lines = []
    for section in document.sections:
        lines.append(f"{section.title} ({section.paper}): {section.missing or 'done'}")
        lines += [f"  {notice}" for notice in section.notices]
    for claim in document.claims:
        lines.append(f"{claim.verdict}: {claim.text} ({claim.paper}): {claim.figure}")
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"

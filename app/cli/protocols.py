"""What the subcommands share that run one protocol of the reproduction on a data set."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.options import positive_int
from app.cli.train_labelled import add_dataset_options, open_named
from model.errors import CannotWrite, InvalidParameter

if TYPE_CHECKING:
    from model.reproduction.document import Table

GOES_ON = "with it, an interrupted one goes on"
SPEAK_EVERY_S = 10.0  # where stderr is not a terminal


def add_protocol_options(
    parser: argparse.ArgumentParser, clips: int, *, splits: bool = False
) -> None:
    """On what, where and with how much it runs: read by `measured`. `clips` of each class;
    `splits`: all of them may be asked for."""
    add_dataset_options(parser, required=True, every=splits)
    add = parser.add_argument
    few = "N test clips of each class, from as many recordings as there are; "
    few += f"0: all (default: {clips})"
    add("--clips-per-class", metavar="N", type=_count, default=clips, help=few)
    cache = "decoded steps and features (default: evaluation-cache)"
    add("--cache", metavar="DIR", type=Path, default=Path("evaluation-cache"), help=cache)
    add("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps")
    add("--jobs", metavar="N", type=positive_int, help="clips decoded at a time (default: a core)")
    one = "kairoscope/run@1 with its provenance; of the same options it is not computed again, a "
    one += "run of others gives way"
    many = "kairoscope/runs@1 with their provenance, beside those it holds, not computed again"
    add_out(parser, many if splits else one)
    add("--json", action="store_true", help="print everything as JSON, not as a table")


def add_out(parser: argparse.ArgumentParser, what: str) -> None:
    """Where the result goes beside stdout."""
    refused = "other content than such a result is refused"
    parser.add_argument("--out", metavar="FILE", type=Path, help=f"write {what}; {refused}")


def measured(
    arguments: argparse.Namespace,
    name: str,
    options: Mapping[str, Any],
    files: Mapping[str, Path],
) -> dict[str, Any]:
    """The record of a protocol, kairoscope/run@1, with checkpoints by role; written where --out
    says, or read from there if it was made of the same. Raises any KairoscopeError."""
    from model.reproduction.record import SCHEMA

    kept = kept_in(arguments.out, SCHEMA, name)
    record = record_of(arguments, name, options, files, arguments.split_number, kept)
    write_out(arguments.out, record)
    return record


def record_of(
    arguments: argparse.Namespace,
    name: str,
    options: Mapping[str, Any],
    files: Mapping[str, Path],
    split: int,
    kept: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """The record of a protocol in one split, of `kept` by key if it was made of the same.

    Raises any KairoscopeError.
    """
    from model.networks.device import resolve
    from model.reproduction.protocol import Context, Input, registry
    from model.reproduction.record import recorded
    from model.reproduction.task import key_of
    from model.video.probe import sha256_of

    require_weights(files.values())
    dataset, device = open_named(arguments, split=split), resolve(arguments.device)
    inputs = {role: Input(sha256_of(path), path) for role, path in files.items()}
    needs = {role: entry.key for role, entry in inputs.items()}
    key = key_of(name, options, needs, dataset, device)
    if key in kept:
        print(f"{arguments.out} holds it already", file=sys.stderr)
        return kept[key]
    cache = arguments.cache
    context = Context(dataset, cache, cache, inputs, device, arguments.jobs, on_progress=Told())
    protocol = registry()[name].of(options)
    return recorded(protocol, context, key=key, task=name, options=options, split=split)


def require_weights(files: Iterable[Path]) -> None:
    """Raises MissingWeights for a file that is not there."""
    from model.weights.registry import MissingWeights

    for path in files:
        if not path.is_file():
            raise MissingWeights(f"no weights at {path}", "Name a file that exists.")


def write_out(path: Path | None, result: Mapping[str, Any]) -> None:
    """Write JSON where --out says, if it does. Raises CannotWrite."""
    from model.reproduction.record import write

    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, result)
    except OSError as error:
        raise CannotWrite.at(path, error) from error


class Told:
    """Progress on stderr: one line that changes on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """So many of so many are done."""
        line, now = f"{what} {done}/{total}", time.monotonic()
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r\033[K{line}", end=end, file=sys.stderr, flush=True)
        elif done == total or now - self._last >= SPEAK_EVERY_S:
            self._last = now
            print(line, file=sys.stderr, flush=True)


def text_of(tables: "Iterable[Table]") -> str:
    """Tables for reading, columns side by side; what is the paper's says so."""
    return "\n\n".join(map(_table, tables))


def _table(table: "Table") -> str:
    from app.reproduction.numbers import cell

    rows = [["", *table.columns]]
    for row in table.rows:
        name = f"{row.name} (paper)" if row.source == "paper" else row.name
        rows.append([name, *map(cell, row.cells)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    ]
    return "\n".join([table.title, *lines])


@contextmanager
def parts_beside(out: Path | None) -> Iterator[Path | None]:
    """A folder beside --out (None without one) for what is done of an evaluation, until the result
    is there. Raises CannotWrite."""
    if out is None:
        yield None
        return
    folder = out.with_name(f"{out.name}.unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite.at(folder, error) from error
    try:
        yield folder
    except BaseException:
        if not any(folder.iterdir()):
            folder.rmdir()
        raise
    shutil.rmtree(folder)


def held_in(path: Path | None, schema: str) -> dict[str, Any]:
    """The result of this schema that --out holds; nothing where there is no file, or an empty one.

    Raises InvalidParameter for any other content: to be asked before the work, and never lost.
    """
    try:
        text = path.read_text().strip() if path and path.is_file() else ""
        found: Any = json.loads(text or "{}")
    except (OSError, ValueError):
        raise _other(path) from None
    if not isinstance(found, dict) or (text and found.get("schema") != schema):
        raise _other(path)
    return found


def kept_in(path: Path | None, schema: str, protocol: str) -> dict[str, dict[str, Any]]:
    """The records of this protocol that --out holds, by key. Raises InvalidParameter as `held_in`
    does, for those of another protocol too."""
    found = held_in(path, schema)
    rows = found.get("runs", [found] if found else [])
    if any(row.get("protocol") != protocol for row in rows):
        raise _other(path)
    return {row["key"]: row for row in rows}


def _other(path: Path | None) -> InvalidParameter:
    return InvalidParameter(
        f"--out: {path} holds something else than a result of this command",
        "Name another file, or move that one away.",
    )


def _count(text: str) -> int:
    """An argparse type: a whole number of at least 0."""
    return 0 if text == "0" else positive_int(text)

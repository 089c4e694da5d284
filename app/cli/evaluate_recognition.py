"""`kairoscope evaluate recognition`: what checkpoints of any kind recognise on test clips."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli import Exit
from app.cli.protocols import add_protocol_options, kept_in, record_of, text_of, write_out
from model.errors import InvalidParameter

if TYPE_CHECKING:
    from model.evaluation.outcomes import Outcomes
    from model.reproduction.document import Row, Table

SCHEMA = "kairoscope/runs@1"
SPLITS = (1, 2, 3)


def add_recognition(protocols: Any) -> None:
    """Add the protocol."""
    parser = protocols.add_parser(
        "recognition",
        help="accuracy on the test clips of any labelled data set",
        description="Accuracy on the test clips of ROOT, with 95 % intervals over recordings: of "
        "RTSAE-DSCNN by its own gate, by as many uniform and random steps, by all, and with "
        "discarded steps mixed back in; of Vanilla ARCH on the keyframes that it was trained on; "
        "of Two-Stream and C3D on those of the methods of --select. A network must not be tested "
        "on clips that it was trained on: with --split all the files are those of split 1, then of "
        "2, then of 3, as many of each.",
    )
    add = parser.add_argument
    add("--weights", metavar="FILE", type=Path, nargs="+", required=True)
    attention = "whose keyframes ARCH, Two-Stream and C3D read (default: the shipped)"
    add("--attention", metavar="FILE", type=Path, help=attention)
    select = "whose keyframes Two-Stream and C3D read (default: rtsae,uniform)"
    add("--select", metavar="a,b", default="rtsae,uniform", help=select)
    add_protocol_options(parser, clips=0, splits=True)
    parser.set_defaults(run=run_recognition)


def run_recognition(arguments: argparse.Namespace) -> Exit:
    """Evaluate; prints tables or JSON. What is done is kept in --out at once, beside what
    was there."""
    from model.reproduction.task import shipped

    names = [name.strip() for name in arguments.select.split(",")]
    options = {"clips_per_class": arguments.clips_per_class, "select": names}
    kept, records = kept_in(arguments.out, SCHEMA, "recognition"), []
    attention = arguments.attention or shipped("shipped/attention")
    dealt = _dealt(arguments.weights, arguments.split_number)
    for split, path in dealt:
        files = {"network": path, "attention": attention}
        record = record_of(arguments, "recognition", options, files, split, kept)
        records.append(record)
        kept[record["key"]] = record
        write_out(arguments.out, _whole(list(kept.values())))
    titles = [f"{path.stem}, split {split}" for split, path in dealt]
    shown = json.dumps(_whole(records), indent=1) if arguments.json else ""
    print(shown or text_of(_tables(titles, records, arguments.split_number == 0)))
    return Exit.DONE


def _dealt(files: Sequence[Path], split: int) -> list[tuple[int, Path]]:
    """The split that each file is tested on. Raises InvalidParameter for files that do not deal."""
    if split:
        return [(split, path) for path in files]
    each, rest = divmod(len(files), len(SPLITS))
    if rest:
        raise InvalidParameter(
            f"--weights: wanted as many files of each of {len(SPLITS)} splits, got {len(files)}",
            "Name those of split 1, then of 2, then of 3.",
        )
    return [(SPLITS[place // each], path) for place, path in enumerate(files)]


def _whole(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"schema": SCHEMA, "runs": list(records)}


def _tables(
    titles: Sequence[str], records: Sequence[Mapping[str, Any]], every: bool
) -> "list[Table]":
    """Accuracy of every checkpoint and variant, with `every` split also over all, and by class."""
    from model.evaluation.outcomes import Outcomes, over_splits
    from model.reproduction.document import Table

    found = [Outcomes.from_json(record["result"]["outcomes"]) for record in records]
    rows = [row for title, one in zip(titles, found, strict=True) for row in _rows(title, one)]
    if every:
        each = len(found) // len(SPLITS)
        for number in range(each):
            splits = dict(zip(SPLITS, found[number::each], strict=True))
            rows += _rows(
                f"{titles[number].rpartition(',')[0]} ... over splits", over_splits(splits)
            )
    heads = ("accuracy", "mean of classes", "steps kept", "clips")
    return [Table("Recognition", heads, tuple(rows)), _by_class(titles, found)]


def _rows(title: str, one: "Outcomes") -> "list[Row]":
    from model.evaluation import statistics
    from model.reproduction import measured
    from model.reproduction.document import Cell, Row

    return [
        Row(
            f"{title}: {name}",
            (
                measured.cell(one.accuracy(name), unit="share"),
                Cell(statistics.balanced(variant.right_N, one.label_N), unit="share"),
                Cell(float(variant.kept_N.mean()), unit="share"),
                Cell(len(one.clips), unit="number"),
            ),
        )
        for name, variant in one.variants.items()
    ]


def _by_class(titles: Sequence[str], found: "Sequence[Outcomes]") -> "Table":
    """Accuracy on the clips of each class, by the first variant of each checkpoint."""
    from model.evaluation import statistics
    from model.reproduction.document import Cell, Row, Table

    columns = [
        statistics.by_class(
            next(iter(one.variants.values())).right_N, one.label_N, len(one.classes)
        )
        for one in found
    ]
    rows = tuple(
        Row(name, tuple(Cell(column[label], unit="share") for column in columns))
        for label, name in enumerate(found[0].classes)
    )
    return Table("Accuracy by class", tuple(titles), rows)

"""CSV (RFC 4180, UTF-8) that a spreadsheet shows and never runs.

The rule of OWASP's "CSV Injection": a cell of text that begins with = + - @, tab, carriage return,
line feed or a full-width = + - @ gets an apostrophe before it. So does one that begins with an
apostrophe, which makes the rule reversible. Numbers stay numbers, with every digit that they need.
"""

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from app.exports.source import InvalidExport

RISKY = tuple("=+-@\t\r\n＝＋－＠'")

Cell = str | float | int | bool | None


def write_table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as text: None is an empty cell, a truth value 1 or 0."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_cell(name) for name in header])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def read_table(text: str, header: Sequence[str]) -> list[list[str]]:
    """The rows below `header`, the apostrophes taken off. Raises InvalidExport."""
    try:
        table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))
    except csv.Error as error:
        raise InvalidExport(f"no CSV: {error}", "Export it again.") from error
    if not table or table[0] != list(header):
        raise InvalidExport(
            f"wanted the columns {','.join(header)}, got {','.join(table[0]) if table else 'none'}",
            "Export it again.",
        )
    for number, row in enumerate(table[1:], start=2):
        if len(row) != len(header):
            raise InvalidExport(
                f"row {number}: wanted {len(header)} cells, got {len(row)}", "Export it again."
            )
    return [[cell.removeprefix("'") for cell in row] for row in table[1:]]


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return "'" + value if value.startswith(RISKY) else value
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    return repr(value)

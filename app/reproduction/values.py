"""A document as data: its JSON as every parser reads it, figures as tables, tables as CSV."""

import json

from app.exports.tables import Cell as Plain
from app.exports.tables import write_table
from model.reproduction.document import Cell, Document, Figure, Row, Series, Table

MOST_COLUMNS, MOST_ROWS = 24, 60  # more are left to the document's JSON


def json_of(document: Document) -> str:
    """The document; what is no number is null."""
    return json.dumps(document.to_json(), ensure_ascii=False, allow_nan=False)


def table_of(figure: Figure) -> Table | None:
    """The values: the series of a matrix are rows, of other figures columns; None where they are
    too many to read."""
    if figure.kind == "matrix":
        return _matrix(figure)
    places = list(dict.fromkeys(x for series in figure.series for x in series.x))
    if len(places) > MOST_ROWS:
        return None
    found = [{x: _cell(series, i) for i, x in enumerate(series.x)} for series in figure.series]
    names = tuple(
        f"{series.name} (paper)" if series.source == "paper" else series.name
        for series in figure.series
    )
    rows = (Row(name_of(x), tuple(cells.get(x, Cell(None)) for cells in found)) for x in places)
    return Table(figure.title, names, tuple(rows))


def name_of(x: float | str) -> str:
    """A place on a figure's axis as text."""
    return x if isinstance(x, str) else f"{x:g}"


def csv_of(table: Table) -> str:
    """The table as CSV: three columns for each of its own, the value and the bounds of its
    interval, as the document has them; the runs, separated by spaces, come last."""
    header = ["name", "source"]
    for column in table.columns:
        header += [column, f"{column}, low", f"{column}, high"]
    return write_table([*header, "note", "runs"], (_line(row) for row in table.rows))


def _line(row: Row) -> list[Plain]:
    values: list[Plain] = [row.name, row.source]
    for cell in row.cells:
        values += [cell.value, cell.low, cell.high]
    runs = dict.fromkeys(key for cell in row.cells for key in cell.runs)
    return [*values, row.note, " ".join(runs)]


def _matrix(figure: Figure) -> Table | None:
    columns = tuple(name_of(x) for x in figure.series[0].x) if figure.series else ()
    if len(columns) > MOST_COLUMNS or len(figure.series) > MOST_ROWS:
        return None
    rows = (
        Row(s.name, tuple(_cell(s, i) for i in range(len(s.x))), s.source) for s in figure.series
    )
    return Table(figure.title, columns, tuple(rows))


def _cell(series: Series, i: int) -> Cell:
    """The point at i."""
    return Cell(
        series.y[i],
        series.low[i] if series.low else None,
        series.high[i] if series.high else None,
        series.runs[i] if series.runs else (),
    )

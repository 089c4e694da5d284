"""The report in one HTML file: figures live, tables, and a list of runs that every number leads
to. The document itself is inside."""

import json
from collections.abc import Iterable, Iterator
from html import escape

import plotly.graph_objects as go

from app import standalone
from app.figures.reproduction import reproduction
from app.reproduction import facts, numbers
from app.reproduction.values import json_of, table_of
from model.errors import InvalidValue
from model.reproduction.document import Cell, Document, Figure, Row, Section, Table

DOCUMENT = "document"


def write(document: Document) -> bytes:
    """The file."""
    title = f"Reproduction on {document.dataset}, preset {document.preset}"
    figures: dict[str, go.Figure] = {}
    body = [
        f"<header><h1>{escape(title)}</h1>{_facts(facts.of_document(document))}</header>",
        *map(_notice, facts.notices_of(document)),
        standalone.section("Claims of the paper", _claims(document)),
        *(_section(section, figures) for section in document.sections),
        standalone.section("Runs", *(_run(document, key) for key in document.runs)),
    ]
    return standalone.page(title, body, figures, {DOCUMENT: json_of(document)})


def read(text: str) -> Document:
    """The document in a report. Raises InvalidValue."""
    found = standalone.embedded(text, DOCUMENT)
    if found is None:
        raise InvalidValue("no report of a reproduction: it holds no document")
    return Document.from_json(json.loads(found))


def _section(section: Section, figures: dict[str, go.Figure]) -> str:
    """The section; its figures are added to `figures` by the key of their place."""
    parts = [f"<p>In the paper: {escape(section.paper)}.</p>"]
    if section.missing:
        parts.append(_notice(f"Not measured: {section.missing}"))
    parts += map(_notice, section.notices)
    for table in section.tables:
        parts.append(f"<h3>{escape(table.title)}</h3>{_table(table)}")
    for figure in section.figures:
        key = f"figure-{len(figures) + 1}"
        figures[key] = reproduction(figure).update_xaxes(fixedrange=False)
        parts.append(f"<h3>{escape(figure.title)}</h3>{standalone.figure(key)}{_values(figure)}")
    return standalone.section(section.title, *parts)


def _values(figure: Figure) -> str:
    """The values of a figure, folded."""
    table = table_of(figure)
    if table is None:
        return ""
    content = _table(table, sourced=figure.kind == "matrix")
    return f"<details><summary>Values</summary>{content}</details>"


def _table(table: Table, sourced: bool = True) -> str:
    """`sourced`: with a column that says whose a row is."""
    noted = any(row.note for row in table.rows)
    names = ["", *(["source"] if sourced else []), *table.columns, *(["note"] if noted else [])]
    rows = [_row(row, sourced, noted) for row in table.rows]
    return _grid(names, rows)


def _row(row: Row, sourced: bool, noted: bool) -> str:
    cells = [row.source] if sourced else []
    parts = [*map(escape, cells), *map(_cell, row.cells), *([escape(row.note)] if noted else [])]
    body = "".join(f"<td>{part}</td>" for part in parts)
    return f'<tr class="{escape(row.source)}"><th scope="row">{escape(row.name)}</th>{body}</tr>'


def _cell(cell: Cell) -> str:
    """A number leads to its first run; links to further ones follow it."""
    said = escape(numbers.cell(cell))
    if not cell.runs or cell.value is None:
        return said
    first, *others = cell.runs
    more = " ".join(_link(key, f"[{place}]") for place, key in enumerate(others, start=2))
    return f"{_link(first, said)} <small>{more}</small>" if more else _link(first, said)


def _claims(document: Document) -> str:
    if not document.claims:
        return "<p>None was tested.</p>"
    rows = (
        f'<tr><th scope="row">{escape(c.text)}</th><td>{escape(c.paper)}</td>'
        f"<td><strong>{escape(c.verdict)}</strong></td><td>{escape(c.figure)}</td>"
        f"<td>{_links(document, c.runs)}</td></tr>"
        for c in document.claims
    )
    return _grid(["claim", "in the paper", "here", "measured", "runs"], rows, "grid claims")


def _run(document: Document, key: str) -> str:
    content = _facts(facts.of_run(document, key))
    return f'<article id="run-{escape(key)}"><h3>Run {escape(key)}</h3>{content}</article>'


def _facts(rows: Iterable[facts.Fact]) -> str:
    return f'<table class="values"><tbody>{"".join(_facts_rows(rows))}</tbody></table>'


def _facts_rows(rows: Iterable[facts.Fact]) -> Iterator[str]:
    for row in rows:
        said = _link(row.run, escape(row.said)) if row.run else escape(row.said)
        yield f'<tr><th scope="row">{escape(row.name)}</th><td>{said}</td></tr>'


def _grid(names: Iterable[str], rows: Iterable[str], kind: str = "grid") -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(rows)
    return f'<table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _links(document: Document, keys: Iterable[str]) -> str:
    return "<br>".join(_link(key, escape(facts.task_of(document, key))) for key in keys)


def _link(key: str, said: str) -> str:
    return f'<a href="#run-{escape(key)}">{said}</a>'


def _notice(said: str) -> str:
    return f'<p class="notice">{escape(said)}</p>'

"""Tables of a reproduction: each number is a link to the runs that made it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from app.pages.benchmarks.plain import plain
from app.pages.benchmarks.view import Shown, anchor
from app.pages.downloads import downloads
from app.reproduction import facts, numbers
from app.reproduction.beside import Merged, Pair, claims
from model.reproduction.document import Cell, Claim, Row, Table

API = "/api/v1/reproductions"
GLYPHS = {"confirmed": "✓", "not confirmed": "✗", "not testable here": "–"}


def merged_table(now: Shown, pair: Pair, table: Merged) -> html.Div:
    """A table, those of two reproductions in one, with its CSV."""
    files = {}
    for place, number in table.origins:
        section = quote(pair.about.name, safe="")
        letter = now.letter(place)
        files[f"CSV {letter}".strip()] = (
            f"{API}/{quote(now.names[place], safe='')}/tables/{section}/{number}.csv"
        )
    noted = any(line.row.note for line in table.lines)
    rows = [
        _row(line.row, line.place, noted, _source(now, line.row, line.place))
        for line in table.lines
    ]
    names = ("", "Source", *table.columns, *(["Note"] if noted else []))
    return html.Div(
        [
            html.Div([html.H3(table.title), downloads(files)], className="with-export"),
            grid(table.title, names, rows),
        ],
        className="part",
        **{"data-part": "table"},
    )


def values_table(table: Table, place: int) -> Component:
    """The values of a figure."""
    rows = [_row(row, place, False) for row in table.rows]
    return grid(f"Values of {table.title}", ("", *table.columns), rows)


def claims_table(now: Shown) -> Any:
    """What the paper claims, and what came of it, one line a reproduction."""
    found = claims(now.documents)
    if not found:
        return html.P("None has been tested yet.", className="nothing")
    rows = [
        _claim(now, claim, place)
        for both in found
        for place, claim in enumerate(both)
        if claim is not None
    ]
    two = ["Of"] if len(now.documents) > 1 else []
    names = ("Claim", "In the paper", *two, "Here", "Measured", "Runs")
    return grid("Claims of the paper", names, rows, "claims")


def grid(title: str, names: Sequence[str], rows: Sequence[html.Tr], kind: str = "") -> Component:
    """A table that scrolls by itself where it is wide."""
    head = html.Tr([html.Th(name, scope="col") for name in names])
    table = html.Table(
        [html.Caption(title, className="unseen"), html.Thead(head), html.Tbody(rows)],
        className=f"table cells {kind}".strip(),
    )
    about = {"role": "region", "aria-label": title}
    return plain(html.Div(table, className="scrolls", tabIndex=0, **about))


def run_link(place: int, said: Any, *keys: str) -> html.A:
    """A link that opens the panel with these runs."""
    ids = ",".join(anchor(place, key) for key in keys)
    told = {"title": f"of {len(keys)} runs"} if len(keys) > 1 else {}
    return html.A(said, href=f"#{ids}", className="number", **{"data-run": ids}, **told)


def letter_mark(now: Shown, place: int) -> html.Span:
    """Which reproduction it is."""
    return html.Span(now.letter(place), className="letter", title=now.names[place])


def _source(now: Shown, row: Row, place: int) -> Any:
    if row.source == "paper" or not now.letter(place):
        return row.source
    return letter_mark(now, place)


def _row(row: Row, place: int, noted: bool, source: Any = None) -> html.Tr:
    cells = [html.Td(source, className="source")] if source is not None else []
    cells += [html.Td(_cell(cell, place)) for cell in row.cells]
    if noted:
        cells.append(html.Td(row.note, className="note"))
    return html.Tr([html.Th(row.name, scope="row"), *cells], className=row.source)


def _cell(cell: Cell, place: int) -> Any:
    said = numbers.cell(cell)
    return run_link(place, said, *cell.runs) if cell.runs and cell.value is not None else said


def _claim(now: Shown, claim: Claim, place: int) -> html.Tr:
    glyph = html.Span(GLYPHS.get(claim.verdict, ""), **{"aria-hidden": "true"})
    verdict = html.Span([glyph, f" {claim.verdict}"], className="verdict")
    runs = [
        html.Li(run_link(place, facts.task_of(now.documents[place], key), key))
        for key in claim.runs
    ]
    letter = [html.Td(letter_mark(now, place), className="source")] if now.letter(place) else []
    return html.Tr(
        [
            html.Th(claim.text, scope="row"),
            html.Td(claim.paper),
            *letter,
            html.Td(verdict),
            html.Td(claim.figure),
            html.Td(html.Ul(runs) if runs else ""),
        ],
        **{"data-verdict": claim.verdict},
    )

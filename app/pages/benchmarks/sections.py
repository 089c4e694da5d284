"""The sections of one or two reproductions: notices, tables, figures, and the runs at the end."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from app.figures.reproduction import label_of, reproduction, width_of
from app.figures.style import Theme
from app.pages.benchmarks import ids
from app.pages.benchmarks.plain import plain
from app.pages.benchmarks.tables import (
    claims_table,
    letter_mark,
    merged_table,
    run_link,
    values_table,
)
from app.pages.benchmarks.view import Drawn, Shown, anchor, graphs, key_of
from app.reproduction import facts
from app.reproduction.beside import Pair
from app.reproduction.values import table_of
from model.reproduction.document import Document, Figure

WIDEST = 900  # px of a figure that does not need more
GRAPH = {"displayModeBar": False, "responsive": True}


def sections(now: Shown, theme: Theme) -> list[html.Section]:
    """The claims, the experiments, and the runs."""
    drawn = graphs(now.pairs)
    return [
        _section("claims", "Claims of the paper", [claims_table(now)]),
        *(_experiment(now, pair, drawn, theme) for pair in now.pairs),
        _section("runs", "Runs", _runs(now)),
    ]


def names(now: Shown) -> dict[str, str]:
    """The titles of all sections by name, for the filter."""
    experiments = {pair.about.name: pair.about.title for pair in now.pairs}
    return {"claims": "Claims of the paper", **experiments, "runs": "Runs"}


def pairs(now: Shown, place: int, rows: Sequence[facts.Fact]) -> html.Dl:
    """Facts as a list of pairs; one that leads to a run is a link."""
    parts: list[Any] = []
    for row in rows:
        said = run_link(place, row.said, row.run) if row.run else row.said
        parts += [html.Dt(row.name), html.Dd(said)]
    return html.Dl(parts, className="pairs")


def _section(name: str, title: str, content: Sequence[Any], aside: str = "") -> html.Section:
    id = f"benchmark-{name}"
    heading = html.H2([title, html.Span(aside, className="aside")] if aside else title, id=id)
    about = {"data-section": name, "aria-labelledby": id}
    return html.Section([heading, *content], className="benchmark-section", **about)


def _experiment(now: Shown, pair: Pair, drawn: Mapping[str, Drawn], theme: Theme) -> html.Section:
    parts: list[Any] = [_notice(now, place, said) for place, said in pair.notices]
    parts += [merged_table(now, pair, table) for table in pair.tables]
    for number, beside in enumerate(pair.figures):
        keys = [key_of(pair, number, place) for place, _ in beside]
        parts.append(
            html.Div(
                [html.H3(beside[0][1].title), html.Div([_figure(now, key, drawn[key], theme)
                                                        for key in keys], className="beside")],
                className="part",
                **{"data-part": "figure", "data-words": _words([figure for _, figure in beside])},
            )
        )  # fmt: skip
    return _section(pair.about.name, pair.about.title, parts, pair.about.paper)


def _notice(now: Shown, place: int, said: str) -> html.P:
    mark = [letter_mark(now, place), " "] if now.letter(place) else []
    return html.P([*mark, said], className="notice")


def _figure(now: Shown, key: str, drawn: Drawn, theme: Theme) -> html.Figure:
    figure = reproduction(drawn.figure, theme=theme, bounds=drawn.bounds)
    width = width_of(drawn.figure)
    graph = dcc.Graph(
        id=ids.figure(key),
        figure=figure,
        config=GRAPH,
        responsive=True,
        style={"height": figure.layout.height, "minWidth": width},
    )
    about = {"role": "img", "aria-label": _described(drawn.figure)}
    parts: list[Any] = [html.Div(html.Div(graph, **about), className="scrolls", tabIndex=0)]
    table = table_of(drawn.figure)
    if table is not None:
        parts.append(html.Details([html.Summary("Values"), values_table(table, drawn.place)]))
    if now.letter(drawn.place):
        parts.insert(0, html.Figcaption([letter_mark(now, drawn.place), now.names[drawn.place]]))
    return html.Figure(parts, style={"maxWidth": max(WIDEST, width)})


def _words(figures: Sequence[Figure]) -> str:
    """What a filter may look for in a picture."""
    found = [word for f in figures for word in (f.x, f.y, *(label_of(s) for s in f.series))]
    return " ".join(dict.fromkeys(found))


def _described(figure: Figure) -> str:
    """The figure in a sentence; its values stand below."""
    kind = {"lines": "Lines", "bars": "Bars"}.get(figure.kind, "A matrix")
    series = ", ".join(dict.fromkeys(label_of(one) for one in figure.series))
    over = f" over {figure.x}" if figure.x else ""
    return f"{figure.title}. {kind}: {figure.y}{over}, of {series}."


def _runs(now: Shown) -> list[Any]:
    found = [
        _run(now, place, document, key)
        for place, document in enumerate(now.documents)
        for key in document.runs
    ]
    return found or [html.P("None has ended yet.", className="nothing")]


def _run(now: Shown, place: int, document: Document, key: str) -> html.Details:
    mark = [letter_mark(now, place)] if now.letter(place) else []
    task = facts.task_of(document, key)
    summary = html.Summary(html.Span([*mark, task, html.Code(key)], className="run-name"))
    return html.Details(
        [summary, plain(pairs(now, place, facts.of_run(document, key)))],
        id=anchor(place, key),
        className="run",
        **{"data-part": "run"},
    )

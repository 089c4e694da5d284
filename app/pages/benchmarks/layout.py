"""The page of reproductions: what there is, and one of them or two side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from app.figures.style import Theme
from app.pages import text
from app.pages.benchmarks import ids
from app.pages.benchmarks.sections import names, pairs, sections
from app.pages.benchmarks.tables import API, letter_mark
from app.pages.benchmarks.view import Shown, address, chosen, shown, state, theme_of
from app.pages.downloads import downloads
from app.reproduction import facts
from app.reproduction.kept import COMMAND, Entry, entries
from worker.service import Service
from worker.settings import Settings

EVERY_MS = 5000


def benchmarks_page(service: Service, route: Mapping[str, Any]) -> list[Any]:
    """The page for the reproductions that the query names `run` and `with`."""
    theme, found = theme_of(route), entries(service.settings)
    wanted = chosen(route.get("search"), found)
    now = live(service.settings, found, wanted, theme)
    return [
        html.Div(html.H1("Benchmarks"), className="title-row"),
        html.P(
            [
                "The paper's tables and figures, measured again by ",
                html.Code("kairoscope reproduce"),
                ". What the paper prints is labelled as the paper's; every other number leads to "
                "the runs that made it.",
            ],
            className="intro",
        ),
        html.Div(
            [
                html.Div(now.heads, id=ids.HEADS),
                _filter(now),
                html.Div(now.sections, id=ids.BODY),
            ],
            id=ids.PAGE,
        ),
        html.Dialog(
            [
                html.Div(**{"data-content": ""}),
                html.Div(
                    html.Button("Close", type="button", className="button", **{"data-close": ""}),
                    className="buttons",
                ),
            ],
            id=ids.RUN,
            className="sheet run-panel",
            **{"aria-label": "Run"},
        ),
        dcc.Interval(id=ids.TICK, interval=EVERY_MS),
        dcc.Store(id=ids.CHOSEN, data={"names": wanted, "theme": theme}),
        dcc.Store(id=ids.SHOWN, data=state(found, wanted)),
        dcc.Store(id=ids.LOOK),
        dcc.Store(id=ids.OPENED),
    ]


@dataclass(frozen=True)
class Live:
    """What changes while a reproduction runs. The filter stays, for one may be writing in it: only
    its options change."""

    heads: list[Any]
    sections: list[Any]
    options: list[html.Option]


def live(settings: Settings, found: Sequence[Entry], wanted: Sequence[str], theme: Theme) -> Live:
    """The page's content as things stand now."""
    if not found:
        return Live([_empty()], [], [])
    now = shown(settings, wanted)
    heads: list[Any] = [html.Ul([_entry(entry, now) for entry in found], className="reproductions")]
    heads += [html.P(fault, className="notice failed", role="alert") for fault in now.faults]
    if not now.documents:
        return Live(heads, [], [])
    shipped = {entry.name for entry in found if entry.shipped}
    both = [_head(now, place, name in shipped) for place, name in enumerate(now.names)]
    every = {"": "All sections", **names(now)}
    options = [html.Option(title, value=name) for name, title in every.items()]
    return Live([*heads, html.Div(both, className="beside")], sections(now, theme), options)


def _empty() -> html.Div:
    return html.Div(
        [
            html.P("No reproduction yet.", className="empty-title"),
            html.P(["This makes one: ", html.Code(COMMAND)]),
            html.P("Its sections come here one by one while it runs."),
        ],
        className="empty",
    )


def _entry(entry: Entry, now: Shown) -> html.Li:
    """A reproduction: a link that shows it alone, and one that puts it beside the first."""
    here = entry.name in now.names
    marked = {"aria-current": "true"} if here else {}
    parts: list[Any] = [html.A(entry.name, href=address(entry.name), className="name", **marked)]
    if here and len(now.names) > 1:
        parts.insert(0, letter_mark(now, now.names.index(entry.name)))
    if entry.shipped:
        parts.append(html.Span("shipped result", className="mark-tag"))
    if entry.tasks is not None:
        parts.append(
            html.Span(f"{entry.done} of {entry.tasks} tasks done", className="mark-tag going")
        )
    parts.append(html.Span(_about(entry), className="aside"))
    if now.names and not here and not entry.fault:
        beside = f"Compare {entry.name} with {now.names[0]}"
        link = html.A("Compare", href=address(now.names[0], entry.name), **{"aria-label": beside})
        parts.append(link)
    return html.Li(parts)


def _about(entry: Entry) -> str:
    if entry.fault:
        return entry.fault
    about = f"{entry.dataset}, preset {entry.preset}, {text.count(entry.runs, 'run')}"
    return f"{about}, {entry.written_at:%Y-%m-%d %H:%M} UTC"


def _head(now: Shown, place: int, shipped: bool) -> html.Article:
    """What a reproduction is: its facts, what one must know, and its files. One that ships grows no
    more."""
    name, document = now.names[place], now.documents[place]
    mark = [letter_mark(now, place)] if now.letter(place) else []
    title = f"{document.dataset}, preset {document.preset}"
    here = f"{API}/{quote(name, safe='')}"
    files = {"JSON": here, "HTML": f"{here}/report.html"}
    unfinished = facts.unfinished(document)
    parts: list[Any] = [
        html.Div([html.H2([*mark, title]), downloads(files)], className="with-export")
    ]
    if unfinished:
        done, tasks = unfinished
        rest = "the others have not been run" if shipped else "the rest comes here as it ends"
        said = f"{done} of {tasks} tasks are done: {rest}."
        parts.append(html.P(said, className="notice", role="status"))
    parts += [html.P(said, className="notice") for said in facts.notices_of(document)]
    parts.append(pairs(now, place, facts.of_document(document)))
    return html.Article(parts, className="head", **{"aria-label": name})


def _filter(now: Live) -> html.Div:
    label = html.Label("Find in tables and figures", htmlFor=ids.QUERY, className="unseen")
    return html.Div(
        [
            html.Select(now.options, id=ids.SECTION, **{"aria-label": "Section"}),
            label,
            dcc.Input(id=ids.QUERY, type="search", placeholder="Find, e.g. uniform"),
            html.Span(id=ids.FOUND, role="status", className="aside"),
        ],
        id=ids.FILTER,
        className="benchmark-filter",
        role="search",
        hidden=not now.sections,
    )

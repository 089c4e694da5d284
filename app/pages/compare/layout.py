"""Two videos side by side under one transport, or the choice of what to see beside the first."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from app.pages.compare import ids
from app.pages.compare.address import PLACES, address, read
from app.pages.compare.choice import choice
from app.pages.compare.side import side
from app.pages.video.layout import moves, not_found, speed
from app.pages.video.rows import budget_row
from app.pages.video.view import Look, Shown, shown
from worker.errors import NotFound
from worker.service import Service

GUTTER = 44  # px left of the curves, as on a phone: a side is narrow
ALIGNMENTS = {
    "time": ("by time", "Both at the same second"),
    "share": ("by share", "Both at the same part of the clip, 0 to 100 %"),
    "here": ("from here", "As far apart as they stand now"),
}


def compare_page(service: Service, route: Mapping[str, Any]) -> list[Any]:
    """The page for the videos that the query names `a` and `b`, by the runs that it names `run-a`
    and `run-b`, else by the newest; with one video, what may come beside."""
    named = read(route.get("search"))
    look = Look.of(route.get("theme"), {"gutter": GUTTER}, scaled=False)
    try:
        for place in PLACES:
            if place in named:
                service.library.opened(named[place])
        if not all(place in named for place in PLACES):
            return choice(service, named)
        both = [at(service, named[place], named.get(f"run-{place}")) for place in PLACES]
    except NotFound as error:
        return not_found(f"{error.message.capitalize()}. {error.hint}")
    return _side_by_side(both, look)


def at(service: Service, video: str, run: str | None) -> Shown:
    """What to show of a video, by this run or by its newest. Raises NotFound."""
    return shown(service, video, urlencode({"run": run}) if run else None)


def _side_by_side(both: Sequence[Shown], look: Look) -> list[Any]:
    videos = [now.video.id for now in both]
    runs = [now.job.id if now.job else None for now in both]
    links = [
        html.A("Swap", href=address(*reversed(videos), *reversed(runs)), className="button"),
        html.A(
            "Another video",  # short: on a phone the actions take one line above both pictures
            href=address(videos[0], run_a=runs[0]),
            className="button",
            title="Choose another beside the first",
        ),
        html.Button("Copy link", type="button", className="button", id="copy-link"),
    ]
    sides = [side(both, place, look) for place in PLACES]
    return [
        html.Div(
            [html.H1("Side by side"), html.Div(links, className="actions")], className="title-row"
        ),
        html.Div(
            [_transport(), html.Div([budget_row(), *sides], className="sides")],
            id="compare",
            className="compare",
        ),
        dcc.Store(id=ids.STATES, data=[now.state() for now in both]),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.BUDGET, data=0),
        dcc.Store(id=ids.SCALED, data=False),
        *(dcc.Store(id=f"{ids.VIEW}-{place}", data={"gutter": look.gutter}) for place in PLACES),
    ]


def _transport() -> html.Div:
    aligned = [
        html.Button(
            [label, *([html.Span(className="offset")] if name == "here" else [])],
            type="button",
            title=meaning,
            **{"data-align": name, "aria-pressed": "false"},
        )
        for name, (label, meaning) in ALIGNMENTS.items()
    ]
    apart = html.Button(
        "one alone",
        id="apart",
        type="button",
        title="Only the leading video moves (l)",
        **{"aria-pressed": "false"},
    )
    group = html.Div(
        [html.Span("Aligned", className="label"), *aligned, apart],
        className="alignment",
        role="group",
        **{"aria-label": "Alignment"},
    )
    return html.Div([*moves(), speed(), group], className="transport")

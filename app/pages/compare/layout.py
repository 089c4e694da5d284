"""Two videos side by side under one transport, or the choice of what to see beside the first."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from dash import dcc, html

from app.pages import text
from app.pages.compare import ids
from app.pages.video.comparison import score_table
from app.pages.video.layout import clock, moves, not_found, over_rows, picture, speed
from app.pages.video.rows import film_row, method_rows, phase_row, truth_row
from app.pages.video.view import Shown, shown
from model.evaluation.matching import TOLERANCE_S
from model.evaluation.scores import scores
from worker.errors import NotFound
from worker.service import Service
from worker.types import Listing, Video

OFFERED = 60  # videos to choose from; a search reaches the others
PLACES = ("a", "b")
ALIGNMENTS = {
    "time": ("by time", "Both at the same second"),
    "share": ("by share", "Both at the same part of the clip, 0 to 100 %"),
    "here": ("from here", "As far apart as they stand now"),
}


def compare_page(service: Service, route: Mapping[str, Any]) -> list[Any]:
    """The page for the videos that the query names `a` and `b`; with one, what may come beside."""
    query = parse_qs((route.get("search") or "").lstrip("?"))
    named = [query[place][0] for place in PLACES if place in query]
    try:
        for video_id in named:
            service.library.opened(video_id)
        if len(named) < len(PLACES):
            first = service.get_video(named[0]) if named else None
            return _choice(service, first, query.get("q", [""])[0])
        both = [shown(service, video_id, None) for video_id in named]
    except NotFound as error:
        return not_found(f"{error.message.capitalize()}. {error.hint}")
    return _side_by_side(both)


def address(a: str, b: str | None = None) -> str:
    """Where the video `a` is shown beside `b`, or beside one to be chosen."""
    return "/compare?" + urlencode({"a": a, **({"b": b} if b else {})})


def _side_by_side(both: list[Shown]) -> list[Any]:
    a, b = (now.video.id for now in both)
    links = [
        html.A("Swap", href=address(b, a), className="button"),
        html.A("Another beside the first", href=address(a), className="button"),
    ]
    sides = [_side(now, place) for now, place in zip(both, PLACES, strict=True)]
    return [
        html.Div(
            [html.H1("Side by side"), html.Div(links, className="actions")], className="title-row"
        ),
        html.Div(
            [_transport(), html.Div(sides, className="sides")], id="compare", className="compare"
        ),
        dcc.Store(id=ids.STATES, data=[now.state() for now in both]),
        dcc.Store(id=ids.OPENED),
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


def _side(now: Shown, place: str) -> html.Section:
    name, suffix = now.video.name, f"-{place}"
    rows = [phase_row(now), truth_row(now), film_row(suffix), *method_rows(now)]
    return html.Section(
        [
            html.Header(
                [
                    html.H2(dcc.Link(name, href=f"/v/{quote(now.video.id)}", title=name)),
                    html.Span("leads", className="lead-mark", title="Keys act here (s: the other)"),
                ]
            ),
            html.Figure(
                [picture(now, suffix), html.Figcaption(clock(suffix), className="transport")],
                className="player",
            ),
            _told(now),
            html.Section(
                [*rows, *over_rows(suffix, f"Playhead of {name}")],
                className="timeline",
                **{"aria-label": f"Timeline of {name}"},
            ),
            _scores(now),
        ],
        className="side",
        **{"data-side": place, "aria-label": name},
    )


def _told(now: Shown) -> html.P:
    """What was recognised; why nothing was, where the analysis is not done."""
    if now.analysis is None:
        said: list[Any] = [_unfinished(now)]
    elif not now.analysis.recognition:
        said = ["No action was recognised."]
    else:
        top = now.analysis.recognition["whole"]["top"][0]
        said = ["Recognised: ", html.Strong(top["label"]), f", {100 * top['probability']:.0f} %"]
    return html.P(said, className="told", **{"data-name": now.video.name})


def _unfinished(now: Shown) -> str:
    if now.job is None:
        return "Not analysed yet: its page does it."
    if now.job.finished:
        return f"Its newest analysis {now.job.state}: its page says why, and tries again."
    stage = text.stage_title(now.job.stage if now.job.state == "running" else "queued")
    return f"{stage}, {100 * now.job.progress:.0f} %. Its rows come here at the end."


def _scores(now: Shown) -> Any:
    if now.analysis is None:
        return None
    found = scores(now.analysis, now.truth, TOLERANCE_S)["methods"]
    return html.Div(
        [html.H3(f"Scores, moments match within ± {TOLERANCE_S:g} s"), score_table(found)],
        className="numbers scores",
    )


def _choice(service: Service, first: Video | None, query: str) -> list[Any]:
    """The videos of the library, those of the query; a click puts one beside `first`."""
    listing = Listing(query)
    found = service.library.find(listing, 0, OFFERED)
    hidden = [dcc.Input(type="hidden", name="a", value=first.id)] if first else []
    field = dcc.Input(id=ids.QUERY, type="search", name="q", value=query, placeholder="Name or tag")
    label = html.Label("Search by name or tag", htmlFor=ids.QUERY, className="unseen")
    search = html.Form(
        [*hidden, label, field, html.Button("Search", className="button")],
        action="/compare", method="get", className="search",
    )  # fmt: skip
    more = service.library.count(listing) - len(found)
    title = ["Beside ", html.Em(first.name)] if first else "Side by side: the first video"
    return [
        html.Div([html.H1(title), search], className="title-row"),
        html.Ul([html.Li(_offer(video, first)) for video in found], className="offers"),
        html.P(f"{text.count(more, 'more video')}: search for them.") if more else None,
        None if found else html.P(f"No video is called {query!r}." if query else "No video yet."),
    ]


def _offer(video: Video, first: Video | None) -> html.A:
    source = f"/api/v1/videos/{video.id}/thumbnail.jpg"
    image = [html.Img(src=source, alt="")] if video.derivatives_ready else []
    href = address(first.id, video.id) if first else address(video.id)
    facts = f"{text.count(video.frames, 'frame')} · {text.seconds(video.duration_s)}"
    return html.A([html.Span(image, className="picture"), html.Strong(video.name),
                   html.Span(facts)], href=href)  # fmt: skip

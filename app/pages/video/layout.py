"""The video page: player, numbers, and the timeline that everything shares."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from app.pages import text
from app.pages.bar import progress_bar
from app.pages.video import ids
from app.pages.video.comparison import comparison
from app.pages.video.curves import curves, graph
from app.pages.video.numbers import numbers
from app.pages.video.recognition import recognition
from app.pages.video.rows import budget_row, film_row, method_rows, phase_row, truth_row
from app.pages.video.title import dialogs, title_row
from app.pages.video.view import Look, Shown, shown
from worker.errors import NotFound
from worker.service import Service
from worker.types import Job

QUIET = {"aria-live": "off"}  # it changes with every frame


def video_page(service: Service, video_id: str, route: Mapping[str, Any]) -> list[Any]:
    """The page of one video, complete as far as its analysis is."""
    try:
        now = shown(service, video_id, route.get("search"))
    except NotFound as error:
        return not_found(f"{error.message.capitalize()}. {error.hint}")
    look = Look.of(route.get("theme"), route, scaled=False)
    return [
        title_row(now),
        html.Div(status(now.job), id=ids.STATUS),
        html.Div(
            [
                html.Div(_player(now), className="seen"),
                html.Aside(numbers(now), id=ids.NUMBERS, className="numbers"),
            ],
            className="stage",
        ),
        _timeline(now, look),
        _action(now),  # below: the curves stay in one view with the picture
        comparison(now),
        *dialogs(now),
        dcc.Store(id=ids.STATE, data=now.state()),
        dcc.Store(id=ids.VIEW, data={"gutter": look.gutter}),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.GREW),
        dcc.Store(id=ids.BUDGET, data=0),
        dcc.Store(id=ids.SETTLED),
    ]


def not_found(message: str) -> list[Any]:
    """The page for what is not there."""
    return [
        html.Div(
            [
                html.H1("Not found"),
                html.P(message),
                dcc.Link("To the library", href="/", className="button"),
            ],
            className="empty",
        )
    ]


def status(job: Job | None) -> Any:
    """Progress with stage, time left and Cancel; cause and fix of a failure; nothing when done."""
    if job is None or job.state == "done":
        return None
    if job.state == "failed":
        cause, fix = text.problem_lines(job.error)
        body = [html.P(html.Strong(cause)), html.P(fix) if fix else None]
        return html.Div([*body, _retry("Try again")], className="notice failed", role="alert")
    if job.state == "cancelled":
        body = html.P("This analysis was cancelled.")
        return html.Div([body, _retry("Analyse again")], className="notice")
    stage = text.stage_title(job.stage if job.state == "running" else "queued")
    percent = round(100 * job.progress)
    left = f"{text.seconds(job.eta_s)} left" if job.eta_s and job.progress > 0.02 else ""
    return html.Div(
        [
            html.Div(
                [
                    html.P(stage, className="stage-name", **{"aria-live": "polite"}),
                    html.P(f"{percent} %", className="percent"),
                    html.P(left, className="left"),
                    html.Button(
                        "Cancel", type="button", className="button", **{"data-cancel": job.id}
                    ),
                ],
                className="progress-line",
            ),
            progress_bar(percent),
        ],
        className="progress",
    )


def _retry(label: str) -> html.Button:
    return html.Button(label, type="button", className="button", **{"data-analyse": ""})


def _player(now: Shown) -> html.Figure:
    show_flow = html.Button(
        html.Span(className="wheel"),
        type="button",
        id="show-flow",
        className="control",
        title="Optical flow (f)",
        **{"aria-label": "Optical flow (f)", "aria-pressed": "false"},
    )
    return html.Figure(
        [
            html.Div([picture(now), _flow()], className="screen"),
            html.Figcaption([*moves(), *clock(), show_flow, speed()], className="transport"),
        ],
        className="player",
    )


def picture(now: Shown, suffix: str = "") -> html.Video:
    """The player, whose source the browser sets; ids end in `suffix`, here and below."""
    return html.Video(
        id=f"player{suffix}",
        preload="auto",
        muted=True,
        width=now.video.width,
        height=now.video.height,
        **{
            "data-source": f"/api/v1/videos/{now.video.id}/preview.mp4",
            "aria-label": now.video.name,
        },
    )


def moves() -> list[html.Button]:
    """The buttons that step and play."""
    return [
        _control("back", "Previous frame (,)"),
        _control("play", "Play (Space)"),
        _control("forward", "Next frame (.)"),
    ]


def clock(suffix: str = "") -> list[html.Output]:
    """Second and frame on screen."""
    return [
        html.Output("0.000 s", id=f"clock{suffix}", className="clock", **QUIET),
        html.Output("", id=f"frame{suffix}", className="frame", **QUIET),
    ]


def speed() -> html.Button:
    """The button that goes through the speeds."""
    return html.Button("1×", type="button", id="speed", className="control speed", title="Speed")


def _flow() -> html.Div:
    """Where the browser shows the optical flow over the player, and what its colours mean."""
    legend = html.P(
        [
            html.Span(className="wheel", title="Colour and arrows tell the direction", role="img",
                      **{"aria-label": "Right is red, up yellow-green, left cyan, down violet"}),
            html.Span(className="scale"),
        ],
        className="legend",
    )  # fmt: skip
    return html.Div(
        [html.Img(alt="", hidden=True), legend], id="flow", className="flow", hidden=True
    )


def _action(now: Shown) -> html.Section:
    return html.Section(
        recognition(now.analysis),
        id=ids.ACTION,
        className="numbers action",
        **{"aria-label": "Recognised action"},
    )


def _control(name: str, label: str) -> html.Button:
    return html.Button(
        "",
        type="button",
        id=name,
        className=f"control {name}",
        title=label,
        **{"aria-label": label},
    )


def _timeline(now: Shown, look: Look) -> html.Section:
    return html.Section(
        [
            phase_row(now),
            truth_row(now),
            curves(now, look),
            film_row(),
            budget_row(),
            html.Div(method_rows(now), id=ids.ROWS),
            _diagnostics(now, look),
            *over_rows(),
        ],
        id="timeline",
        className="timeline narrow" if look.narrow else "timeline",
        **{"aria-label": "Timeline"},
    )


def over_rows(suffix: str = "", label: str = "Playhead") -> list[html.Div]:
    """What lies over the rows of a timeline: the loop, the line under the pointer, the playhead."""
    playhead = html.Div(
        html.Span(className="handle"),
        id=f"playhead{suffix}",
        className="playhead",
        role="slider",
        tabIndex=0,
        **{"aria-label": label, "aria-valuemin": "0", "aria-valuenow": "0"},
    )
    return [
        html.Div(id=f"loop{suffix}", className="loop", hidden=True),
        html.Div(id=f"hover-line{suffix}", className="hover-line", hidden=True),
        playhead,
    ]


def _diagnostics(now: Shown, look: Look) -> html.Details:
    drawn = graph(ids.DIAGNOSTICS, now.diagnostics(look))
    return html.Details(
        [html.Summary("What each method measured"), html.Div(drawn, **{"data-zone": "curves"})],
        id="diagnostics",
        className="diagnostics",
        hidden=now.analysis is None,
    )

"""The head of the video page: its name, what to analyse it by, its earlier runs, its exports."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html

from app.exports import FORMATS
from app.pages import text
from app.pages.video.view import Shown
from worker.types import Job


def title_row(now: Shown) -> html.Div:
    """The name and the actions."""
    job = now.job
    keyframes = dcc.Input(
        id="keyframes",
        type="number",
        min=1,
        step=1,
        value=job.keyframes if job else None,
        placeholder="auto",
    )
    return html.Div(
        [
            html.H1(now.video.name, title=now.video.name),
            html.Div(
                [
                    html.Div(
                        [html.Label("Keyframes", htmlFor="keyframes"), keyframes], className="field"
                    ),
                    _button("Analyse", **{"data-analyse": ""}),
                    _button("Methods", id="choose-methods"),
                    _button("Ground truth", id="choose-truth"),
                    _runs(now),
                    dcc.Link(
                        "Beside another video",
                        href=f"/compare?{urlencode({'a': now.video.id})}",
                        className="button",
                    ),
                    _exports(now),
                    _button("Copy link", id="copy-link"),
                ],
                className="actions",
            ),
        ],
        className="title-row",
    )


def dialogs(now: Shown) -> list[html.Dialog]:
    """The choice of methods, which the browser fills, and of ground truth."""
    return [_methods(), _truth(now)]


def _methods() -> html.Dialog:
    return html.Dialog(
        html.Form(
            [
                html.H2("Methods", id="methods-title"),
                html.P(
                    [
                        html.Button("All", type="button", **{"data-choose": "all"}),
                        html.Button(
                            "The default ones", type="button", **{"data-choose": "default"}
                        ),
                        html.Label(
                            ["Attention checkpoint", html.Select(name="@checkpoint")],
                            className="checkpoint",
                            hidden=True,
                        ),
                    ],
                    className="presets",
                ),
                html.Ul(className="notes faults", **{"aria-label": "Plug-ins that were skipped"}),
                html.Ul(className="choices"),
                html.Div(
                    [
                        _button("Cancel", **{"data-close": ""}),
                        html.Button("Analyse", type="submit", className="button primary"),
                    ],
                    className="buttons",
                ),
            ]
        ),
        id="methods",
        className="sheet wide",
        **{"aria-labelledby": "methods-title"},
    )


def _truth(now: Shown) -> html.Dialog:
    return html.Dialog(
        [
            html.H2("Ground truth", id="truth-title"),
            html.P(
                "Keyframes or intervals that people chose in this video, as JSON or CSV: each is "
                "shown above the methods, and every method is measured against them.",
            ),
            html.Pre("annotator,index\nanna,12\nanna,96\nben,14", className="example"),
            html.P(
                "Or the columns time_s, start and end (frames), start_s and end_s (seconds); JSON "
                "as this server exports it, or in the layouts of VSUMM and SumMe.",
                className="aside",
            ),
            html.Div(
                [
                    _button("Cancel", **{"data-close": ""}),
                    _button("Remove", id="remove-truth", hidden=now.annotations is None),
                    html.Button(
                        "Choose a file",
                        type="button",
                        className="button primary",
                        id="import-truth",
                    ),
                ],
                className="buttons",
            ),
        ],
        id="truth",
        className="sheet",
        **{"aria-labelledby": "truth-title"},
    )


def _exports(now: Shown) -> html.Details:
    """Every export of the analysis, and the figure as a picture, which the browser makes."""
    base = f"/api/v1/analyses/{now.job.id}" if now.job else ""
    links = []
    for name, wanted in FORMATS.items():
        more = {"id": "export"} if name == "json" else {}
        more |= {"data-per-method": ""} if wanted.per_method else {}
        href = f"{base}/result" if name == "json" else f"{base}/export/{name}"
        file = f"{now.video.name}.json" if name == "json" else ""  # the server names the others
        link = html.A(
            [html.Strong(wanted.label), html.Span(wanted.help)], href=href, download=file, **more
        )
        links.append(html.Li(link))
    pictures = [
        html.Li(
            html.Button(
                [html.Strong(f"Attention figure ({name.upper()})"), html.Span("as it is shown")],
                type="button",
                **{"data-figure": name},
            )
        )
        for name in ("svg", "png")
    ]
    return html.Details(
        [html.Summary("Export", className="button"), html.Ul([*links, *pictures])],
        className="menu",
        id="exports",
        hidden=now.analysis is None,
    )


def _runs(now: Shown) -> Any:
    """The analyses of this video, newest first, where there are several."""
    if len(now.jobs) < 2:
        return None
    shown = [variant.job for variant in now.variants]
    entries = [html.Li(_run(now, job, beside=job.id in shown)) for job in now.jobs]
    return html.Details(
        [html.Summary(f"{len(now.jobs)} runs", className="button"), html.Ul(entries)],
        className="menu",
    )


def _run(now: Shown, job: Job, beside: bool) -> list[Any]:
    """A run: open it, or show its methods beside those on the page."""
    current = now.job is not None and job.id == now.job.id
    title = [html.Strong(_chosen(job)), html.Span(_when(job))]
    here = {"aria-current": "true"} if current else {}
    parts = [html.A(title, href=_address(now, job.id), **here)]
    if now.job and not current and job.state == "done":
        runs = [variant.job for variant in now.variants]
        runs = [run for run in dict.fromkeys(runs) if run != job.id]
        toggle = "Remove" if beside else "Compare"
        href = _address(now, now.job.id, runs if beside else [*runs, job.id])
        parts.append(
            html.A(toggle, href=href, className="toggle", title=f"{toggle} {_chosen(job)}")
        )
    return parts


def _address(now: Shown, run: str, beside: Sequence[str] = ()) -> str:
    query = {"run": run, **({"with": ",".join(beside)} if beside else {})}
    return f"/v/{quote(now.video.id)}?{urlencode(query, safe=',')}"


def _chosen(job: Job) -> str:
    methods = text.count(len(job.methods), "method")
    keyframes = f"{job.keyframes} keyframes" if job.keyframes else "own number"
    return f"{methods}, {keyframes}" + (f", checkpoint {job.attention}" if job.attention else "")


def _when(job: Job) -> str:
    state = "" if job.state == "done" else f" · {job.state}"
    return f"{job.created_at:%Y-%m-%d %H:%M:%S} UTC{state}"


def _button(label: str, **more: Any) -> html.Button:
    return html.Button(label, type="button", className="button", **more)

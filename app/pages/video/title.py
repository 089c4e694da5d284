"""The head of the video page: its name, what to analyse it by, its earlier runs, its exports."""

from typing import Any

from dash import dcc, html

from app.exports import FORMATS
from app.pages.compare.address import address
from app.pages.video.runs import runs_menu
from app.pages.video.view import Shown, newest


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
                    runs_menu(now),
                    dcc.Link(
                        "Beside another video",
                        href=address(now.video.id, run_a=_run_asked(now)),
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


def _run_asked(now: Shown) -> str | None:
    """The run on the page, where it is not the one that is shown unasked."""
    return now.job.id if now.job and now.job != newest(now.jobs) else None


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
            html.P(className="fault", role="alert"),
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


def _button(label: str, **more: Any) -> html.Button:
    return html.Button(label, type="button", className="button", **more)

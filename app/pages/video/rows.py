"""The rows under the curves: ground-truth phases, the film, and one row a method.

The browser places what is in a row (`track`), on exactly the time axis of the figure.
"""

from typing import Any

from dash import html

from app.figures.methods import style_of, title_of
from app.pages import text
from app.pages.video.view import Shown
from model.evaluation.truth import Annotator


def phase_row(now: Shown) -> html.Div | None:
    """The ground truth of a rendered scene, as labelled bands; None for footage."""
    if not now.phases:
        return None
    bands = [
        html.Button(
            phase.name,
            type="button",
            className="phase decisive" if phase.decisive else "phase",
            title=f"{phase.name}: {phase.start_s:.2f} to {phase.end_s:.2f} s",
            **{"data-start": str(phase.start_s), "data-end": str(phase.end_s)},
        )
        for phase in now.phases
    ]
    label = html.Div([html.H2("Ground truth")], className="row-label")
    return html.Div([label, html.Div(bands, className="track")], className="row phases")


def truth_row(now: Shown) -> html.Div | None:
    """What people chose, a lane each: keyframes as marks, intervals as bands; None without."""
    if now.truth is None or not now.truth.annotators:
        return None
    lanes = [
        html.Div(
            [
                *(
                    html.Span(
                        className="interval", **{"data-start": str(start), "data-end": str(end)}
                    )
                    for start, end in annotator.intervals
                ),
                *(html.I(**{"data-at": str(time_s)}) for time_s in annotator.keyframes),
            ],
            className="lane",
            title=f"{annotator.name}: {_marks(annotator)}",
        )
        for annotator in now.truth.annotators
    ]
    people = text.count(len(lanes), "person").replace("persons", "people")
    label = html.Div(
        [html.H2("Annotations"), html.Span(people, className="kept")], className="row-label"
    )
    described = "; ".join(f"{a.name}: {_marks(a)}" for a in now.truth.annotators)
    track = html.Div(lanes, className="track", role="img", **{"aria-label": described})
    return html.Div([label, track], className="row truth")


def _marks(annotator: Annotator) -> str:
    found = [
        text.count(len(marks), noun)
        for marks, noun in ((annotator.keyframes, "keyframe"), (annotator.intervals, "interval"))
        if marks
    ]
    return ", ".join(found)


def film_row(suffix: str = "") -> html.Div:
    """The whole clip as a strip of frames; the id ends in `suffix`."""
    label = html.Div([html.H2("Film")], className="row-label")
    track = html.Div(className="track", **{"aria-hidden": "true"})
    return html.Div([label, track], className="row film", id=f"film{suffix}")


def budget_row() -> html.Div:
    """How many frames every method may keep; the browser puts a slider into the slot."""
    output = html.Output("", className="kept", **{"aria-live": "off"})
    label = html.Div([html.H2("Frame budget", id="budget-label"), output], className="row-label")
    slot = html.Div(html.Div(className="slot"), className="track")
    return html.Div([label, slot], className="row budget", id="budget", hidden=True)


def method_rows(now: Shown) -> list[Any]:
    """One row a method: its name and numbers, and the track for its keyframes."""
    names = list(now.analysis.methods if now.analysis else now.job.methods if now.job else ())
    return [_row(now, name) for name in names]


def _row(now: Shown, name: str) -> html.Div:
    style, title = style_of(name), title_of(name)
    return html.Div(
        [
            html.Button(
                [
                    html.Span(style.glyph, className="glyph", **{"aria-hidden": "true"}),
                    html.Span(title, className="name"),
                    html.Span(_numbers(now, name), className="kept"),
                ],
                type="button",
                className="row-label",
                title=f"Select {title}",
                **{"data-select": name, "aria-pressed": "false"},
            ),
            html.Div(className="track", role="group", **{"aria-label": f"Keyframes of {title}"}),
        ],
        className="row method" + ("" if now.analysis else " pending"),
        style={"--light": style.light, "--dark": style.dark},
        **{"data-method": name},
    )


def _numbers(now: Shown, name: str) -> str:
    if not now.analysis:
        return "waiting" if now.job and not now.job.finished else "–"
    kept = len(now.analysis.methods[name].index_K)
    return f"{kept} kept · {text.share(kept, now.analysis.clip.info.frames)}"

"""One of two videos side by side: its run, its player, its curves and rows, its scores."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html

from app.pages import text
from app.pages.compare import ids
from app.pages.compare.address import PLACES, address
from app.pages.video.comparison import score_table, within
from app.pages.video.curves import curves
from app.pages.video.layout import clock, over_rows, picture
from app.pages.video.numbers import curves_in_words
from app.pages.video.rows import film_row, method_rows, phase_row, truth_row
from app.pages.video.runs import chosen, menu, run_link
from app.pages.video.view import Look, Shown
from model.evaluation.matching import TOLERANCE_S
from model.evaluation.scores import scores


def side(both: Sequence[Shown], place: str, look: Look) -> html.Section:
    """The side at `place`, `a` or `b`, of the two that are shown."""
    now, suffix = both[PLACES.index(place)], f"-{place}"
    name = now.video.name
    rows = [phase_row(now), truth_row(now), curves(now, look, suffix, loops=False)]
    rows += [film_row(suffix), *method_rows(now), *over_rows(suffix, f"Playhead of {name}")]
    return html.Section(
        [
            html.Header(
                [
                    html.H2(dcc.Link(name, href=_page_of(now), title=name)),
                    html.Span("leads", className="lead-mark", title="Keys act here (s: the other)"),
                    _runs(both, place),
                ]
            ),
            html.Figure(
                [picture(now, suffix), html.Figcaption(clock(suffix), className="transport")],
                className="player",
            ),
            _told(now),
            html.P(curves_in_words(now.steps), className="unseen"),
            html.Section(
                rows, className="timeline narrow", **{"aria-label": f"Timeline of {name}"}
            ),
            html.Div(scored(now), id=f"{ids.SCORES}{suffix}", className="numbers scores"),
        ],
        className="side",
        **{"data-side": place, "aria-label": name},
    )


def scored(now: Shown, budget: int = 0) -> list[Any]:
    """The scores of the methods' keyframes, those within the frame budget where there is one."""
    if now.analysis is None:
        return []
    found = scores(within(now.analysis, budget), now.truth, TOLERANCE_S)["methods"]
    title = f"Scores, moments match within ± {TOLERANCE_S:g} s"
    return [html.H3(title), score_table(found)]


def _page_of(now: Shown) -> str:
    run = f"?{urlencode({'run': now.job.id})}" if now.job else ""
    return f"/v/{quote(now.video.id)}{run}"


def _runs(both: Sequence[Shown], place: str) -> html.Details | None:
    """The finished runs of this side's video, newest first; None without a choice."""
    now = both[PLACES.index(place)]
    finished = [job for job in now.jobs if job.state == "done"]
    if now.job is None or all(job == now.job for job in finished):
        return None
    videos = [shown.video.id for shown in both]
    entries = []
    for job in finished:
        runs = [shown.job.id if shown.job else None for shown in both]
        runs[PLACES.index(place)] = job.id
        marks: Mapping[str, str] = {"data-run": job.id, "data-of": place}
        entries.append([run_link(job, job == now.job, href=address(*videos, *runs), **marks)])
    return menu(f"Run: {chosen(now.job)}", entries)


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
        which = "newest analysis" if now.job == now.jobs[0] else "analysis"
        return f"Its {which} {now.job.state}: its page says why, and tries again."
    stage = text.stage_title(now.job.stage if now.job.state == "running" else "queued")
    return f"{stage}, {100 * now.job.progress:.0f} %. Its curves and rows come here at the end."

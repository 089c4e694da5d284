"""The analyses of a video, as a menu."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from dash import html

from app.pages import text
from app.pages.video.view import Shown
from worker.types import Job


def runs_menu(now: Shown) -> html.Details | None:
    """The runs of the video on the page, newest first, where there are several."""
    if len(now.jobs) < 2:
        return None
    shown = [variant.job for variant in now.variants]
    return menu(
        f"{len(now.jobs)} runs", [_run(now, job, beside=job.id in shown) for job in now.jobs]
    )


def menu(summary: str, entries: Sequence[list[Any]]) -> html.Details:
    """A menu of runs, one an entry."""
    return html.Details(
        [html.Summary(summary, className="button"), html.Ul([html.Li(entry) for entry in entries])],
        className="menu",
    )


def run_link(job: Job, current: bool, **more: Any) -> html.A:
    """A run by what it was asked for and when; the `current` one is marked."""
    here = {"aria-current": "true"} if current else {}
    return html.A([html.Strong(chosen(job)), html.Span(_when(job))], **here, **more)


def chosen(job: Job) -> str:
    """What a run was asked for: `6 methods, own number`."""
    methods = text.count(len(job.methods), "method")
    keyframes = f"{job.keyframes} keyframes" if job.keyframes else "own number"
    return f"{methods}, {keyframes}" + (f", checkpoint {job.attention}" if job.attention else "")


def _run(now: Shown, job: Job, beside: bool) -> list[Any]:
    """A run: open it, or show its methods beside those on the page."""
    current = now.job is not None and job.id == now.job.id
    parts = [run_link(job, current, href=_address(now, job.id))]
    if now.job and not current and job.state == "done":
        runs = [variant.job for variant in now.variants]
        runs = [run for run in dict.fromkeys(runs) if run != job.id]
        toggle = "Remove" if beside else "Compare"
        href = _address(now, now.job.id, runs if beside else [*runs, job.id])
        parts.append(html.A(toggle, href=href, className="toggle", title=f"{toggle} {chosen(job)}"))
    return parts


def _address(now: Shown, run: str, beside: Sequence[str] = ()) -> str:
    query = {"run": run, **({"with": ",".join(beside)} if beside else {})}
    return f"/v/{quote(now.video.id)}?{urlencode(query, safe=',')}"


def _when(job: Job) -> str:
    state = "" if job.state == "done" else f" · {job.state}"
    return f"{job.created_at:%Y-%m-%d %H:%M:%S} UTC{state}"

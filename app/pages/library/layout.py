"""The library: upload, and a card for each video."""

from typing import Any

from dash import dcc, html

from app.pages import text
from app.pages.library import ids
from worker.service import Service
from worker.types import Job, Video

PAGE_SIZE = 60
BUSY_MS, IDLE_MS = 1000, 15_000


def library_page(service: Service) -> list[Any]:
    """The page with its first cards."""
    cards, busy = grid(service, "", 1)
    return [
        html.Div(
            [
                html.H1("Library"),
                dcc.Input(
                    id=ids.QUERY,
                    type="search",
                    placeholder="Find a clip",
                    debounce=0.25,
                    className="search",
                ),
            ],
            className="title-row",
        ),
        _uploader(),
        html.Section(cards, id=ids.GRID, className="grid", **{"aria-label": "Videos"}),
        html.Button("Show more", id=ids.MORE, type="button", className="button more", hidden=True),
        _confirm_delete(),
        dcc.Interval(id=ids.TICK, interval=BUSY_MS if busy else IDLE_MS),
        dcc.Store(id=ids.CHANGED),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.MOUNT, data="library"),
    ]


def grid(service: Service, query: str, pages: int) -> tuple[list[Any], bool]:
    """The cards of the first `pages` pages that match, and whether any is being analysed."""
    videos = service.list_videos(0, PAGE_SIZE * pages, query or None)
    jobs = service.library.latest_jobs(video.id for video in videos)
    cards = [card(video, jobs.get(video.id)) for video in videos]
    busy = any(not job.finished for job in jobs.values())
    return cards or [_empty(query)], busy


def card(video: Video, job: Job | None) -> html.Article:
    """One video: its picture, name, facts and the state of its analysis."""
    href, ready = f"/v/{video.id}", video.derivatives_ready
    source = f"/api/v1/videos/{video.id}"
    name = f"Open {video.name}"
    thumbnail = html.Img(src=f"{source}/thumbnail.jpg", alt=name, className="thumb")
    facts = [text.count(video.frames, "frame"), f"{video.width} × {video.height}"]
    return html.Article(
        [
            html.Div(
                dcc.Link(
                    [
                        thumbnail if ready else html.Span(name, className="unseen"),
                        html.Span(className="scrub", **{"aria-hidden": "true"}),
                        html.Span(text.seconds(video.duration_s), className="chip duration"),
                        html.Span("Gallery", className="chip badge") if video.gallery else None,
                    ],
                    href=href,
                ),
                className="picture",
                **({"data-sprites": source} if ready else {}),
            ),
            html.Div(
                [
                    html.H2(dcc.Link(video.name, href=href), title=video.name),
                    html.Button(
                        "",
                        type="button",
                        className="delete",
                        title="Delete",
                        **{
                            "aria-label": f"Delete {video.name}",
                            "data-delete": video.id,
                            "data-name": video.name,
                        },
                    ),
                ],
                className="card-title",
            ),
            html.P(" · ".join(facts), className="facts"),
            state_line(job),
        ],
        className="card",
        **{"data-video": video.id, "data-state": job.state if job else "none"},
        key=video.id,
    )


def state_line(job: Job | None) -> Any:
    """The state of an analysis as a line, a bar while it runs, cause and fix of a failure."""
    if job is None:
        return html.P("Not analysed", className="state")
    if job.state == "failed":
        cause, fix = text.problem_lines(job.error)
        return html.P([html.Strong(cause), f" {fix}" if fix else ""], className="state failed")
    if not job.finished:
        return _progress(job)
    word = {"done": "Analysed", "cancelled": "Cancelled"}[job.state]
    return html.P(f"{word} · {text.count(len(job.methods), 'method')}", className="state")


def _progress(job: Job) -> html.Div:
    stage = text.stage_title(job.stage if job.state == "running" else "queued")
    left = f" · {text.seconds(job.eta_s)} left" if job.eta_s and job.progress > 0.02 else ""
    percent = round(100 * job.progress)
    return html.Div(
        [
            html.Div(
                html.Span(style={"width": f"{percent}%"}),
                className="bar",
                role="progressbar",
                **{
                    "aria-valuenow": str(percent),
                    "aria-valuemin": "0",
                    "aria-valuemax": "100",
                    "aria-label": "Analysis",
                },
            ),
            html.P(f"{stage} · {percent} %{left}", className="state"),
        ],
        className="running",
    )


def _uploader() -> html.Section:
    return html.Section(
        [
            html.Div(
                [
                    html.P("Drop videos anywhere on this page", className="drop-title"),
                    html.P(
                        "Any codec. Large files resume where they stopped.", className="drop-aside"
                    ),
                ]
            ),
            html.Button("Choose files", type="button", className="button primary", id="choose"),
            html.Ul(id="uploads", className="uploads", **{"aria-live": "polite"}),
        ],
        id="drop",
        className="drop",
        **{"aria-label": "Upload"},
    )


def _empty(query: str) -> html.Div:
    if query:
        return html.Div(html.P(f"No clip is named like “{query}”."), className="empty")
    return html.Div(
        [
            html.P("No videos yet", className="empty-title"),
            html.P("Drop a clip of a human action: a jump, a serve, a dive."),
        ],
        className="empty",
    )


def _confirm_delete() -> html.Dialog:
    return html.Dialog(
        [
            html.H2("Delete this video?", id="delete-title"),
            html.P(id="delete-text"),
            html.Div(
                [
                    html.Button("Keep", type="button", className="button", **{"data-close": ""}),
                    html.Button("Delete", type="button", className="button danger", id="delete-ok"),
                ],
                className="buttons",
            ),
        ],
        id="delete-dialog",
        className="sheet",
        **{"aria-labelledby": "delete-title"},
    )

"""A card for each video: its picture, name, facts, tags and the state of its analysis."""

from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from app.pages import text
from app.pages.bar import progress_bar
from app.pages.library.view import View
from worker.types import Job, Listing, Video


def cards(view: View) -> list[Any]:
    """A card for each video, or a word on why there is none."""
    found = [card(video, view.jobs.get(video.id)) for video in view.videos]
    return found or [_empty(view.listing)]


def card(video: Video, job: Job | None) -> html.Li:
    """One video. The browser keeps its elements by their id while others come and go."""
    facts = [text.count(video.frames, "frame")] if video.frames is not None else []
    facts.append(f"{video.width} × {video.height}")
    return html.Li(
        [
            _picture(video),
            html.Div(
                [
                    html.H2(dcc.Link(video.name, href=f"/v/{video.id}"), title=video.name),
                    _button("tag", f"Tags of {video.name}", "Tags"),
                    _button("delete", f"Delete {video.name}", "Delete"),
                ],
                className="card-title",
            ),
            html.P(" · ".join(facts), className="facts"),
            _tags(video),
            state_line(job),
        ],
        className="card",
        id=f"card-{video.id}",
        **{"data-video": video.id, "data-name": video.name, "data-tags": "\n".join(video.tags)},
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


def _picture(video: Video) -> html.Div:
    """Twice the same link would be read and tabbed through twice, so this one is for the mouse."""
    source, ready = f"/api/v1/videos/{video.id}", video.derivatives_ready
    thumbnail = html.Img(src=f"{source}/thumbnail.jpg", alt="", className="thumb")
    return html.Div(
        [
            html.A(
                [
                    thumbnail if ready else None,
                    html.Span(className="scrub") if ready else None,
                    _chip("duration", video.duration_s and text.seconds(video.duration_s)),
                    _chip("badge", video.gallery and "Gallery"),
                ],
                href=f"/v/{video.id}",
                tabIndex=-1,
                **{"aria-hidden": "true"},
            ),
            html.Button(
                "",
                type="button",
                className="select",
                role="checkbox",
                **{"aria-checked": "false", "aria-label": f"Select {video.name}"},
            ),
        ],
        className="picture",
        **({"data-sprites": source} if ready else {}),
    )


def _chip(name: str, words: str | float | None) -> html.Span | None:
    return html.Span(words, className=f"chip {name}") if words else None


def _button(name: str, label: str, title: str) -> html.Button:
    return html.Button(
        "",
        type="button",
        className=f"small {name}",
        title=title,
        **{"aria-label": label, f"data-{name}": ""},
    )


def _tags(video: Video) -> Any:
    if not video.tags:
        return None
    links = [
        html.Li(html.A(tag, href=f"/?{urlencode({'tag': tag})}", **{"data-tag-filter": tag}))
        for tag in video.tags
    ]
    return html.Ul(links, className="card-tags", **{"aria-label": "Tags"})


def _progress(job: Job) -> html.Div:
    stage = text.stage_title(job.stage if job.state == "running" else "queued")
    left = f" · {text.seconds(job.eta_s)} left" if job.eta_s and job.progress > 0.02 else ""
    percent = round(100 * job.progress)
    return html.Div(
        [
            progress_bar(percent),
            html.P(f"{stage} · {percent} %{left}", className="state"),
        ],
        className="running",
    )


def _empty(listing: Listing) -> html.Li:
    filtered = bool(listing.tags or listing.state or listing.gallery is not None)
    if not filtered and not listing.query:
        return html.Li(
            [
                html.P("No videos yet", className="empty-title"),
                html.P("Drop a clip of a human action: a jump, a serve, a dive."),
            ],
            className="empty",
            id="library-empty",
        )
    named = f"No clip is named or tagged “{listing.query}”"
    if not listing.query:
        said = "No video matches these filters."
    else:
        said = f"{named} under these filters." if filtered else f"{named}."
    return html.Li(
        [
            html.P(said),
            html.Button("Show all videos", type="button", className="button", **{"data-clear": ""}),
        ],
        className="empty",
        id="library-empty",
    )

"""The case studies: a list of them, and a guided page for each."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from app.figures.distribution import HEIGHT, distribution
from app.pages import text
from app.pages.cases import ids
from app.pages.cases.bring import bring
from app.pages.cases.figures import CaseVideo, analysed, figures_of
from app.pages.cases.studies import STUDIES, Study, study_of
from app.pages.downloads import downloads
from app.pages.video.view import Shown, shown
from model.types import Analysis
from worker.service import Service
from worker.types import Listing, Video

SHOWN = 3  # videos of an action on its page, of the gallery and of one's own each
STILLS = 8  # keyframes of a video that are shown
STATIC = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def cases_page(service: Service) -> list[Any]:
    """All studies, as cards."""
    return [
        html.Div(html.H1("Cases"), className="title-row"),
        html.P(
            "The paper's own case studies, on rendered scenes whose decisive moments are known. A "
            "video of yours belongs to a case once it is tagged with the name of its action.",
            className="lead",
        ),
        html.Ul(cards(service), id=ids.STUDIES, className="studies"),
        bring(service.settings),
        dcc.Store(id=ids.MOUNT, data="cases"),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.CHANGED),
    ]


def cards(service: Service) -> list[html.Li]:
    """A card for each study, as the library is now."""
    return [html.Li(_card(service, study)) for study in STUDIES]


def case_page(service: Service, slug: str, route: Mapping[str, Any]) -> list[Any] | None:
    """The guided page of a study; None where there is no such study."""
    study = study_of(slug)
    if study is None:
        return None
    theme = "dark" if route.get("theme") == "dark" else "light"
    return [
        html.Div([html.H1(study.title), _exports(study)], className="title-row"),
        html.Div(
            [
                html.Figure(
                    [
                        html.Blockquote(html.P(study.claim)),
                        html.Figcaption(f"The paper, section 5.3 ({study.figures}), in short"),
                    ],
                    className="claim",
                ),
                html.Div([html.H2("What to look at"), html.P(study.look)]),
            ],
            className="guide",
        ),
        *(_action(service, study, action, theme) for action in study.actions),
    ]


def _exports(study: Study) -> html.P:
    base = f"/api/v1/cases/{study.slug}/export"
    return downloads({"CSV": f"{base}/csv", "JSON": f"{base}/json"})


def _card(service: Service, study: Study) -> dcc.Link:
    first = _videos(service, study.actions[0])[:1]
    picture = [
        html.Img(src=f"/api/v1/videos/{video.id}/thumbnail.jpg", alt="", className="thumb")
        for video in first
        if video.derivatives_ready
    ]
    return dcc.Link(
        [
            html.Div(picture, className="picture"),
            html.H2(study.title),
            html.P(", ".join(study.actions) + _own(service, study), className="facts"),
        ],
        href=f"/cases/{study.slug}",
    )


def _own(service: Service, study: Study) -> str:
    """How many videos of the case are no scenes of the gallery, if any."""
    listings = (Listing(tags=(action,), gallery=False) for action in study.actions)
    own = sum(map(service.library.count, listings))
    return f" · {own} of your own" if own else ""


def _videos(service: Service, action: str) -> list[Video]:
    """The first videos of an action: those of the gallery, then others."""
    listings = (Listing(tags=(action,), gallery=gallery, sort="name") for gallery in (True, False))
    return [video for listing in listings for video in service.library.find(listing, 0, SHOWN)]


def _action(service: Service, study: Study, action: str, theme: Any) -> html.Section:
    videos = _videos(service, action)
    parts = [_video(shown(service, video.id, None), study, action, theme) for video in videos]
    if not parts:
        parts = [
            html.P(
                f"No video is tagged {action}: the gallery's scene may have been deleted, or is "
                "still being rendered."
            )
        ]
    more = service.library.count(Listing(tags=(action,))) - len(videos)
    if more > 0:
        parts.append(dcc.Link(f"{more} more", href=f"/?tag={quote(action)}"))
    return html.Section([html.H2(action, className="action-name"), *parts], className="case")


def _video(now: Shown, study: Study, action: str, theme: Any) -> html.Article:
    """What the model does on one video."""
    title = html.H3(dcc.Link(now.video.name, href=f"/v/{now.video.id}"))
    found = analysed(now)
    if found is None:
        state = text.stage_title(now.job.stage or now.job.state) if now.job else "Not analysed"
        return html.Article([title, html.P(state, className="state")], className="case-video")
    analysis, steps = found
    figure = distribution(steps, now.duration_s, now.phases, theme)
    return html.Article(
        [
            html.Div(
                [
                    title,
                    html.Dl(_facts(figures_of(action, now, analysis, steps))),
                    _tries(now, study),
                ]
            ),
            html.Div(
                [
                    _moments(now, analysis),
                    dcc.Graph(figure=figure, config=STATIC, style={"height": HEIGHT}),
                    html.P(
                        [
                            html.Var(["φ", html.Sub("t")]),
                            " of every step; with a dot where the gate opens, shaded where the "
                            "action is decided",
                        ],
                        className="remark",
                    ),
                ]
            ),
        ],
        className="case-video",
    )


def _facts(found: CaseVideo) -> list[html.Div]:
    facts = {"Keyframes": f"{found.keyframes} of {found.frames}"}
    for name, number in (("decisive phases", found.decisive), ("the run-up", found.run_up)):
        if number is not None:
            facts[f"In {name}"] = f"{number} of {found.keyframes}"
    facts["Half of the attention"] = f"in {text.share(found.half_steps, found.steps)} of the steps"
    if found.recognised is not None and found.probability is not None:
        facts["Recognised as"] = f"{found.recognised}, {100 * found.probability:.0f} %"
    for name, label in found.streams.items():
        share = found.stream_probabilities[name]
        facts[f"By {name} alone"] = f"{label}, {100 * share:.0f} %"
    if found.fusion is not None:
        facts["w_f"] = f"{found.fusion:.2f}"
    return [html.Div([html.Dt(term), html.Dd(value)]) for term, value in facts.items()]


def _moments(now: Shown, analysis: Analysis) -> html.Ol:
    """The keyframes themselves."""
    kept = analysis.methods["rtsae"]
    rows = list(zip(kept.index_K.tolist(), kept.time_K.tolist(), strict=True))[:STILLS]
    return html.Ol(
        [
            html.Li(
                dcc.Link(
                    [
                        html.Img(
                            src=f"/api/v1/videos/{now.video.id}/frames/{index}.jpg",
                            alt=f"Frame {index}",
                            width=now.video.width,
                            height=now.video.height,
                        ),
                        html.Span(f"{time_s:.2f} s"),
                    ],
                    href=f"/v/{now.video.id}?t={time_s:.3f}",
                )
            )
            for index, time_s in rows
        ],
        className="moments",
    )


def _tries(now: Shown, study: Study) -> html.Ul:
    return html.Ul(
        [
            html.Li(dcc.Link(what, href=f"/v/{now.video.id}" + (f"?{query}" if query else "")))
            for what, query in study.tries
        ],
        className="tries",
        **{"aria-label": "To try"},
    )

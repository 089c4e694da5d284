"""The choice of what to see side by side: the videos of the library, found by name or tag."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from app.pages import text
from app.pages.compare import ids
from app.pages.compare.address import address
from worker.service import Service
from worker.types import Listing, Video

OFFERED = 60  # videos to choose from; a search reaches the others


def choice(service: Service, named: Mapping[str, str]) -> list[Any]:
    """The videos that the address searches for; a click puts one beside `a`, or makes it that."""
    first = service.get_video(named["a"]) if "a" in named else None
    query = named.get("q", "")
    listing = Listing(query)
    found = service.library.find(listing, 0, OFFERED)
    kept = [dcc.Input(type="hidden", name=name, value=named[name])
            for name in ("a", "run-a") if name in named]  # fmt: skip
    field = dcc.Input(id=ids.QUERY, type="search", name="q", value=query, placeholder="Name or tag")
    label = html.Label("Search by name or tag", htmlFor=ids.QUERY, className="unseen")
    search = html.Form(
        [*kept, label, field, html.Button("Search", className="button")],
        action="/compare", method="get", className="search",
    )  # fmt: skip
    more = service.library.count(listing) - len(found)
    title = ["Beside ", html.Em(first.name)] if first else "Side by side: the first video"
    return [
        html.Div([html.H1(title), search], className="title-row"),
        html.Ul([html.Li(_offer(video, named)) for video in found], className="offers"),
        html.P(f"{text.count(more, 'more video')}: search for them.") if more else None,
        None if found else html.P(f"No video is called {query!r}." if query else "No video yet."),
    ]


def _offer(video: Video, named: Mapping[str, str]) -> html.A:
    source = f"/api/v1/videos/{video.id}/thumbnail.jpg"
    image = [html.Img(src=source, alt="")] if video.derivatives_ready else []
    first = named.get("a")
    href = address(first, video.id, named.get("run-a")) if first else address(video.id)
    facts = f"{text.count(video.frames, 'frame')} · {text.seconds(video.duration_s)}"
    return html.A([html.Span(image, className="picture"), html.Strong(video.name),
                   html.Span(facts)], href=href)  # fmt: skip

"""The library: upload, find, and a card for each video."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html

from app.pages import text
from app.pages.downloads import downloads
from app.pages.library import ids
from app.pages.library.cards import cards
from app.pages.library.view import View, parameters, view_of
from worker.service import Service
from worker.types import Listing, Storage

BUSY_MS, IDLE_MS = 1000, 15_000
AT_ONCE, SOON_MS = 12, 20  # cards of the first screen; the rest comes while these are looked at
FORMATS = ("CSV", "JSON")

STATES = {"": "Any state", "active": "Being analysed", "done": "Analysed", "failed": "Failed",
          "cancelled": "Cancelled", "none": "Not analysed"}  # fmt: skip
SOURCES = {"": "Any source", "own": "Own videos", "gallery": "Gallery"}
SORTS = {"added": "Date added", "name": "Name", "duration": "Duration", "frames": "Frames",
         "size": "Size"}  # fmt: skip


def library_page(service: Service, search: str | None = None) -> list[Any]:
    """The page with the first of the cards that its address asks for; one tick brings the others
    as soon as these are drawn."""
    view = view_of(service, search)
    first = replace(view, videos=view.videos[:AT_ONCE])
    rest = len(view.videos) > AT_ONCE
    return [
        html.Div(
            [
                html.H1("Library"),
                html.P(id=ids.STORAGE, className="storage"),
                html.Div(exports(view.listing), id=ids.EXPORT, className="exports"),
            ],
            className="title-row",
        ),
        _uploader(),
        _filters(view),
        _heading(view),
        html.Ul(cards(first), id=ids.GRID, className="grid", role="list", **_label("Videos")),
        html.Button(
            "Show more",
            id=ids.MORE,
            type="button",
            className="button more",
            hidden=len(view.videos) >= view.total,
        ),
        _tags_dialog(),
        dcc.Interval(id=ids.TICK, interval=interval(view)),
        dcc.Interval(id=ids.REST, interval=SOON_MS, max_intervals=1 if rest else 0),
        dcc.Store(id=ids.VIEW, data=(search or "").removeprefix("?")),
        dcc.Store(id=ids.SHOWN, data=shown(first)),
        dcc.Store(id=ids.CHANGED),
        dcc.Store(id=ids.OPENED),
        dcc.Store(id=ids.MOUNT, data="library"),
    ]


def exports(listing: Listing) -> html.P:
    """The listing as files."""
    query = f"?{urlencode(wanted)}" if (wanted := parameters(listing)) else ""
    return downloads({name: f"/api/v1/videos/export/{name.lower()}{query}" for name in FORMATS})


def interval(view: View) -> int:
    """How soon to look again, ms."""
    return BUSY_MS if view.busy else IDLE_MS


def shown(view: View) -> dict[str, Any]:
    """What the cards show, to compare with later."""
    return {"marks": view.marks, "total": view.total}


def count_line(view: View) -> str:
    """How many videos there are."""
    return text.count(view.total, "video")


def storage_line(storage: Storage) -> str:
    """How much room the videos take, and when they are deleted."""
    used = storage.originals_bytes + storage.derivatives_bytes + storage.results_bytes
    parts = [f"{text.count(storage.videos, 'video')}, {text.quantity(used)}B"]
    if storage.free_bytes is not None:
        parts.append(f"{text.quantity(storage.free_bytes)}B free")
    if storage.retention_days is not None:
        days = f"{storage.retention_days:g} day" + "s" * (storage.retention_days != 1)
        parts.append(f"what nobody opens for {days} is deleted")
    return " · ".join(parts)


def storage_title(storage: Storage) -> str:
    """What takes the room."""
    sizes = (
        ("originals", storage.originals_bytes),
        ("previews", storage.derivatives_bytes),
        ("results", storage.results_bytes),
    )
    return ", ".join(f"{text.quantity(size)}B {name}" for name, size in sizes)


def tag_options(tags: dict[str, int]) -> list[html.Option]:
    """The tags in use, as a choice."""
    options = [html.Option(f"{tag} ({number})", value=tag) for tag, number in tags.items()]
    return [html.Option("Any tag" if tags else "No tags yet", value=""), *options]


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
            html.Div(
                [
                    html.Div(
                        [
                            html.P(id="uploads-total"),
                            _button("Pause all", id="uploads-pause"),
                            _button("Resume all", id="uploads-resume"),
                            _button("Cancel all", id="uploads-cancel"),
                            _button("Clear finished", id="uploads-clear"),
                        ],
                        className="uploads-head",
                    ),
                    html.Ul(id="uploads", className="uploads"),
                    _button("", id="uploads-fold", **{"aria-controls": "uploads"}),
                ],
                id="uploads-panel",
                className="uploads-panel",
                hidden=True,
            ),
            html.P(id="uploads-news", className="unseen", role="status"),
        ],
        id="drop",
        className="drop",
        **_label("Upload"),
    )


def _filters(view: View) -> html.Div:
    return html.Div(
        [
            dcc.Input(
                id=ids.QUERY,
                type="search",
                value=view.listing.query,
                placeholder="Find a clip or a tag",
                debounce=0.25,
                className="search",
            ),
            _select("state", "State of the analysis", STATES),
            _select("from", "Where videos come from", SOURCES),
            html.Select(
                tag_options({}),
                id=ids.TAGS,
                className="choice",
                **_label("Add a tag to the filter"),
            ),
            html.Ul(id="library-chips", className="chips", **_label("Wanted tags")),
            _button("Show all videos", id="library-clear", hidden=True, **{"data-clear": ""}),
        ],
        className="filters",
        role="search",
    )


def _heading(view: View) -> html.Div:
    """Above the cards: what is selected and what to do with it, else how many there are."""
    return html.Div(
        [
            html.Button(
                "",
                type="button",
                className="select",
                id="select-all",
                role="checkbox",
                title="Select all shown (Ctrl A)",
                **{"aria-checked": "false", "aria-label": "Select all shown"},
            ),
            html.P(count_line(view), id=ids.COUNT, role="status"),
            html.P(id="selected-count", role="status", hidden=True),
            html.Div(
                [
                    html.A("Side by side", id="bulk-compare", className="button", hidden=True),
                    _button("Tags", id="bulk-tags"),
                    _button("Analyse again", id="bulk-analyse"),
                    _button("Delete", id="bulk-delete"),
                    _button("Deselect", id="bulk-none"),
                ],
                id="bulk",
                className="bulk",
                role="toolbar",
                hidden=True,
                **_label("Selected videos"),
            ),
            html.Div(
                [
                    _select("sort", "Sort by", SORTS),
                    html.Button(
                        "Newest first", type="button", className="button order", id="library-order"
                    ),
                ],
                className="sorting",
            ),
        ],
        className="heading",
    )


def _tags_dialog() -> html.Dialog:
    return html.Dialog(
        html.Form(
            [
                html.H2("Tags", id="tags-title"),
                html.Ul(className="tag-list", **_label("Tags of these videos")),
                html.Div(
                    [
                        html.Label("New tag", htmlFor="new-tag"),
                        html.Div(className="tag-field"),
                        html.Datalist(id=ids.KNOWN_TAGS),
                        html.Button("Add", type="submit", className="button primary"),
                    ],
                    className="tag-add",
                ),
                html.P(className="tag-fault", role="alert"),
                html.Div(_button("Done", **{"data-close": ""}), className="buttons"),
            ]
        ),
        id="tags-dialog",
        className="sheet",
        **{"aria-labelledby": "tags-title"},
    )


def _select(name: str, label: str, options: dict[str, str]) -> html.Select:
    """A choice that the browser sets and reads: the address holds its value."""
    return html.Select(
        [html.Option(title, value=value) for value, title in options.items()],
        id=f"library-{name}",
        className="choice",
        **_label(label),
    )


def _button(label: str, **more: Any) -> html.Button:
    return html.Button(label, type="button", className="button", **more)


def _label(label: str) -> dict[str, str]:
    return {"aria-label": label}

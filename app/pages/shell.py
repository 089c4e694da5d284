"""What surrounds every page: the document, the header, the sheet of keys, and the routing."""

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html

from app.pages.benchmarks.layout import benchmarks_page
from app.pages.cases.layout import case_page, cases_page
from app.pages.compare.layout import compare_page
from app.pages.library.layout import library_page
from app.pages.models.layout import models_page
from app.pages.shell_ids import (
    KEYS,
    KEYS_BUTTON,
    NAVIGATION,
    PAGE,
    ROUTE,
    THEME,
    THEME_BUTTON,
    URL,
)
from app.pages.system.layout import system_page
from app.pages.video.layout import not_found, video_page
from worker.service import Service

INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" href="/static/icon.svg" type="image/svg+xml">
    <script src="/static/js/boot.js"></script>
    {%css%}
    <link rel="stylesheet" href="/static/css/fonts.css">
    <link rel="stylesheet" href="/static/css/base.css">
    <link rel="stylesheet" href="/static/css/library.css">
    <link rel="stylesheet" href="/static/css/video.css">
    <link rel="stylesheet" href="/static/css/compare.css">
    <link rel="stylesheet" href="/static/css/models.css">
    <link rel="stylesheet" href="/static/css/system.css">
    <link rel="stylesheet" href="/static/css/cases.css">
    <link rel="stylesheet" href="/static/css/benchmarks.css">
  </head>
  <body>
    {%app_entry%}
    <footer hidden>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""

PLACES = (
    ("Library", "/"),
    ("Cases", "/cases"),
    ("Benchmarks", "/benchmarks"),
    ("Models", "/models"),
    ("System", "/system"),
)

SHORTCUTS = (
    (("Space",), "Play or pause"),
    ((",", "."), "One frame back, forward"),
    (("←", "→"), "0.1 s back, forward; with Shift 1 s"),
    (("0", "…", "9"), "Seek to tenths of the clip"),
    (("[", "]"), "Previous, next keyframe of the method"),
    (("p", "n"), "Previous, next method"),
    (("+", "−"), "Zoom the time axis in, out"),
    (("f",), "The optical flow, or the picture again"),
    (("s",), "Side by side: let the other video lead"),
    (("l",), "Side by side: move one video alone, or both again"),
    (("Esc",), "End the loop, show the whole clip"),
    (("?",), "This sheet"),
)
LIBRARY_SHORTCUTS = (
    (("/",), "Find"),
    (("←", "→", "↑", "↓"), "From card to card; with Shift select them"),
    (("x",), "Select the card or not; with Shift all up to it"),
    (("Ctrl A", "Esc"), "Select all shown, none"),
    (("t",), "Tags of what is selected, or of the card"),
    (("Del", "z"), "Delete it, undo"),
)


def mount(dash_app: Dash, service: Service) -> None:
    """Set the document, the frame around the pages, and the callback that shows the right one."""
    dash_app.index_string = INDEX
    dash_app.title = "Kairoscope"
    dash_app.config.update_title = None  # the tab keeps its name while a callback runs
    dash_app.layout = frame()
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "route"),
        Output(ROUTE, "data"),
        Input(URL, "pathname"),
    )

    @dash_app.callback(Output(PAGE, "children"), Input(ROUTE, "data"), prevent_initial_call=True)
    def show(route: dict[str, Any]) -> Any:
        return page_of(service, route)


def page_of(service: Service, route: dict[str, Any]) -> Any:
    """The page for a route: path, query, theme and width of the gutter, as the browser says."""
    parts = [part for part in route["pathname"].split("/") if part]
    if not parts:
        return library_page(service, route.get("search"))
    if len(parts) == 2 and parts[0] == "v":
        service.library.opened(parts[1])
        return video_page(service, parts[1], route)
    if parts == ["compare"]:
        return compare_page(service, route)
    if parts == ["cases"]:
        return cases_page(service)
    if len(parts) == 2 and parts[0] == "cases":
        page = case_page(service, parts[1], route)
        if page is not None:
            return page
    if parts == ["benchmarks"]:
        return benchmarks_page(service, route)
    if parts == ["models"]:
        return models_page(service, route)
    if parts == ["system"]:
        return system_page(service)
    return not_found("There is no such page.")


def frame() -> html.Div:
    """The header, the place for the page, and the sheet of keys."""
    return html.Div(
        [
            dcc.Location(id=URL),
            dcc.Store(id=ROUTE),
            dcc.Store(id=THEME),
            html.A("Skip to the content", href="#page", className="skip"),
            html.Header(
                [
                    dcc.Link([_mark(), "Kairoscope"], href="/", className="brand"),
                    html.P("Where in a video the action is decided", className="tagline"),
                    html.Nav(
                        [dcc.Link(name, href=path) for name, path in PLACES],
                        id=NAVIGATION,
                        className="places",
                        **{"aria-label": "Pages"},
                    ),
                    html.Nav(
                        [
                            _tool(KEYS_BUTTON, "Keyboard shortcuts", "?"),
                            _tool(THEME_BUTTON, "Switch between light and dark", ""),
                        ],
                        className="tools",
                        **{"aria-label": "Tools"},
                    ),
                ],
                className="top",
            ),
            html.Main(id=PAGE, className="page", tabIndex=-1),
            _keys(),
        ]
    )


def _mark() -> html.Span:
    return html.Span(className="mark", **{"aria-hidden": "true"})


def _tool(id: str, label: str, text: str) -> html.Button:
    return html.Button(
        text, id=id, type="button", className="tool", title=label, **{"aria-label": label}
    )


def _list(shortcuts: Sequence[tuple[Sequence[str], str]]) -> html.Dl:
    rows = []
    for keys, meaning in shortcuts:
        rows += [html.Dt([html.Kbd(key) for key in keys]), html.Dd(meaning)]
    return html.Dl(rows, className="keys")


def _keys() -> html.Dialog:
    return html.Dialog(
        [
            html.H2("Keyboard", id="keys-title"),
            _list(SHORTCUTS),
            html.P(
                "A click seeks, a drag over the curves loops; Ctrl and the wheel zoom. The ring in "
                "each row marks the keyframe that stands for the moment under the playhead.",
                className="aside",
            ),
            html.H3("In the library"),
            _list(LIBRARY_SHORTCUTS),
            html.Button("Close", type="button", className="button", **{"data-close": ""}),
        ],
        id=KEYS,
        className="sheet",
        **{"aria-labelledby": "keys-title"},
    )

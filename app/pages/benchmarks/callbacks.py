"""Callbacks of the page of reproductions: it follows one that runs, and the theme."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update

from app.figures.reproduction import reproduction
from app.figures.style import Theme
from app.pages.benchmarks import ids
from app.pages.benchmarks.layout import live
from app.pages.benchmarks.view import Drawn, chosen, graphs, shown, state, theme_of
from app.pages.shell_ids import THEME
from app.reproduction.kept import entries
from worker.service import Service
from worker.settings import Settings


def register(dash_app: Dash, service: Service) -> None:
    """Look again while the page is visible, and draw the figures again when the theme changes."""

    @dash_app.callback(
        Output(ids.HEADS, "children"),
        Output(ids.SECTION, "children"),
        Output(ids.FILTER, "hidden"),
        Output(ids.BODY, "children"),
        Output(ids.SHOWN, "data"),
        Input(ids.LOOK, "data"),
        State(ids.SHOWN, "data"),
        State(ids.CHOSEN, "data"),
        State(THEME, "data"),
        prevent_initial_call=True,
    )
    def refresh(_: Any, before: Any, opened: dict[str, Any], theme: str | None) -> tuple[Any, ...]:
        look = theme_of({"theme": theme or opened["theme"]})
        return refreshed(service.settings, opened["names"], look, before)

    @dash_app.callback(
        Output({"type": ids.FIGURE, "key": ALL}, "figure"),
        Input(THEME, "data"),
        State({"type": ids.FIGURE, "key": ALL}, "id"),
        State(ids.CHOSEN, "data"),
        prevent_initial_call=True,
    )
    def draw(theme: str | None, known: list[dict[str, str]], opened: dict[str, Any]) -> list[Any]:
        names = opened["names"] or chosen("", entries(service.settings))
        drawn = graphs(shown(service.settings, names).pairs)
        return [_drawn(drawn.get(id["key"]), theme) for id in known]

    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "whileVisible"),
        Output(ids.LOOK, "data"),
        Input(ids.TICK, "n_intervals"),
        prevent_initial_call=True,
    )
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openBenchmarks"),
        Output(ids.OPENED, "data"),
        Input(ids.CHOSEN, "data"),
    )


def refreshed(
    settings: Settings, opened: Sequence[str], theme: Theme, before: Mapping[str, Any]
) -> tuple[Any, ...]:
    """Heads, options, whether there is nothing to filter, sections and state since `before`; of
    what has not changed, nothing: others that run leave what is being read as it is."""
    found = entries(settings)
    names = opened or chosen("", found)
    now = state(found, names)
    if now == before:
        return (no_update,) * 5
    page = live(settings, found, names, theme)
    if now["chosen"] == before["chosen"]:
        return page.heads, no_update, no_update, no_update, now
    return page.heads, page.options, not page.sections, page.sections, now


def _drawn(found: Drawn | None, theme: str | None) -> Any:
    """The figure anew; one that is gone stays until the page itself is shown anew."""
    if found is None:
        return no_update
    look = theme_of({"theme": theme})
    return reproduction(found.figure, theme=look, bounds=found.bounds)

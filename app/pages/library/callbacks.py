"""Callbacks of the library: the cards follow the address, the jobs and the uploads."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, Patch, State, html, no_update

from app.pages.library import ids
from app.pages.library.cards import card, cards
from app.pages.library.layout import (
    count_line,
    exports,
    interval,
    shown,
    storage_line,
    storage_title,
    tag_options,
)
from app.pages.library.view import View, parse, view_of
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Refresh the cards every second while something runs, else rarely; open the browser's part."""

    @dash_app.callback(
        Output(ids.GRID, "children"),
        Output(ids.SHOWN, "data"),
        Output(ids.COUNT, "children"),
        Output(ids.MORE, "hidden"),
        Output(ids.TICK, "interval"),
        Input(ids.VIEW, "data"),
        Input(ids.CHANGED, "data"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.REST, "n_intervals"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def refresh(
        search: str | None, _changed: Any, _tick: Any, _rest: Any, before: dict[str, Any]
    ) -> tuple[Any, ...]:
        view = view_of(service, search)
        if shown(view) == before:
            return no_update, no_update, no_update, no_update, interval(view)
        all_there = len(view.videos) >= view.total
        grid = changes(view, before["marks"])
        return grid, shown(view), count_line(view), all_there, interval(view)

    @dash_app.callback(
        Output(ids.EXPORT, "children"), Input(ids.VIEW, "data"), prevent_initial_call=True
    )
    def follow(search: str | None) -> Any:
        return exports(parse(search)[0])

    @dash_app.callback(
        Output(ids.STORAGE, "children"),
        Output(ids.STORAGE, "title"),
        Output(ids.TAGS, "children"),
        Output(ids.KNOWN_TAGS, "children"),
        Input(ids.MOUNT, "data"),
        Input(ids.CHANGED, "data"),
    )
    def aside(_: str, __: Any) -> tuple[Any, ...]:
        storage, tags = service.library.storage(), service.library.tags()
        known = [html.Option(value=tag) for tag in tags]
        return storage_line(storage), storage_title(storage), tag_options(tags), known

    _register_browser(dash_app)


def _register_browser(dash_app: Dash) -> None:
    """The callbacks that run in the browser."""
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openLibrary"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "searchLibrary"),
        Input(ids.QUERY, "value"),
        prevent_initial_call=True,
    )


def changes(view: View, before: list[list[str]]) -> Any:
    """All cards; or only those that differ, where the ones before are still there in their
    order."""
    places = [id for id, _ in before]
    if not places or [id for id, _ in view.marks[: len(places)]] != places:
        return cards(view)
    patch = Patch()
    for place, (old, new) in enumerate(zip(before, view.marks, strict=False)):
        if old != new:
            video = view.videos[place]
            patch[place] = card(video, view.jobs.get(video.id))
    later = view.videos[len(places) :]
    if later:
        patch.extend([card(video, view.jobs.get(video.id)) for video in later])
    return patch

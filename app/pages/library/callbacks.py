"""Callbacks of the library: the cards follow the jobs, the search and the uploads."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from app.pages.library import ids
from app.pages.library.layout import BUSY_MS, IDLE_MS, PAGE_SIZE, grid
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Refresh the cards every second while something runs, else rarely; open the uploader."""

    @dash_app.callback(
        Output(ids.GRID, "children"),
        Output(ids.TICK, "interval"),
        Output(ids.MORE, "hidden"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.CHANGED, "data"),
        Input(ids.QUERY, "value"),
        Input(ids.MORE, "n_clicks"),
    )
    def refresh(_: int, __: Any, query: str | None, more: int | None) -> tuple[Any, int, bool]:
        pages = 1 + (more or 0)
        cards, busy = grid(service, query or "", pages)
        return cards, BUSY_MS if busy else IDLE_MS, len(cards) < PAGE_SIZE * pages

    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openLibrary"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )

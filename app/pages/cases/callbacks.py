"""Callbacks of the list of cases: the browser takes over the import and tells when it has ended."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output

from app.pages.cases import ids
from app.pages.cases.layout import cards
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Register the page's callbacks."""
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openCases"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )

    @dash_app.callback(
        Output(ids.STUDIES, "children"),
        Input(ids.CHANGED, "data"),
        prevent_initial_call=True,
    )
    def show_anew(_: float) -> list[Any]:
        return cards(service)

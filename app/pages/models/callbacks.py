"""Callbacks of the models page: the curves follow the theme; the browser's part opens."""

from dash import MATCH, ClientsideFunction, Dash, Input, Output, State, no_update

from app.figures.training import training
from app.pages.models import ids
from app.pages.models.view import curves_of
from app.pages.shell_ids import THEME
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Register the page's callbacks."""

    @dash_app.callback(
        Output(ids.curves(MATCH), "figure"),
        Input(THEME, "data"),
        State(ids.curves(MATCH), "id"),
        prevent_initial_call=True,
    )
    def draw(theme: str | None, id: dict[str, str]) -> object:
        curves, _ = curves_of(service.settings, id["name"])
        return (
            training(curves, theme="dark" if theme == "dark" else "light") if curves else no_update
        )

    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openModels"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )

"""Callbacks of the models page: the curves follow the theme."""

from dash import MATCH, Dash, Input, Output, State, no_update

from app.figures.training import training
from app.pages.models import ids
from app.pages.models.view import curves_of
from app.pages.shell_ids import THEME
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Draw the curves again when the theme changes."""

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

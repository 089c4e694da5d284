"""Callbacks of the page of two videos: curves follow theme, window and scale, scores the budget."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from app.pages.compare import ids
from app.pages.compare.address import PLACES
from app.pages.compare.layout import at
from app.pages.compare.side import scored
from app.pages.shell_ids import ROUTE, THEME
from app.pages.video.ids import ATTENTION
from app.pages.video.view import Look
from worker.service import Service

States = Sequence[Mapping[str, Any]]


def register(dash_app: Dash, service: Service) -> None:
    """Register the page's callbacks."""
    for place in PLACES:
        _draw(dash_app, service, place)
        _score(dash_app, service, place)
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openCompare"),
        Output(ids.OPENED, "data"),
        Input(ids.STATES, "data"),
    )


def _draw(dash_app: Dash, service: Service, place: str) -> None:
    """The curves of a side, again when theme, window or scale change."""

    @dash_app.callback(
        Output(f"{ATTENTION}-{place}", "figure"),
        Input(THEME, "data"),
        Input(f"{ids.VIEW}-{place}", "data"),
        Input(ids.SCALED, "data"),
        State(ids.STATES, "data"),
        State(ROUTE, "data"),
        prevent_initial_call=True,
    )
    def draw(
        theme: str | None,
        view: Mapping[str, Any],
        scaled: bool,
        states: States,
        route: Mapping[str, Any],
    ) -> Any:
        state = states[PLACES.index(place)]
        look = Look.of(theme or route.get("theme"), view, scaled)
        return at(service, state["video"], state["job"]).attention(look)


def _score(dash_app: Dash, service: Service, place: str) -> None:
    """The scores of a side, again at another frame budget."""

    @dash_app.callback(
        Output(f"{ids.SCORES}-{place}", "children"),
        Input(ids.BUDGET, "data"),
        State(ids.STATES, "data"),
        prevent_initial_call=True,
    )
    def score(budget: int, states: States) -> list[Any]:
        state = states[PLACES.index(place)]
        return scored(at(service, state["video"], state["job"]), budget)

"""Callbacks of the video page: figures follow theme, window and scores; the end fills the rest.

Nothing here runs for a frame: the playhead lives in the browser alone.
"""

from collections.abc import Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, ctx, no_update

from app.pages.shell_ids import ROUTE, THEME
from app.pages.video import ids
from app.pages.video.comparison import compared
from app.pages.video.layout import status
from app.pages.video.numbers import numbers
from app.pages.video.recognition import recognised_on, recognition
from app.pages.video.rows import method_rows
from app.pages.video.view import Look, Shown, shown
from worker.service import Service


def register(dash_app: Dash, service: Service) -> None:
    """Register the page's callbacks."""
    _draw(dash_app, service)
    _follow(dash_app, service)
    _settle(dash_app, service)
    _compare(dash_app, service)
    _mix_back(dash_app, service)
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openVideo"),
        Output(ids.OPENED, "data"),
        Input(ids.STATE, "data"),
    )


def _draw(dash_app: Dash, service: Service) -> None:
    """The figures, again when theme, window, scale or scores change."""

    @dash_app.callback(
        Output(ids.ATTENTION, "figure"),
        Output(ids.DIAGNOSTICS, "figure"),
        Output(ids.DIAGNOSTICS, "style"),
        Input(THEME, "data"),
        Input(ids.VIEW, "data"),
        Input(ids.SCALED, "n_clicks"),
        Input(ids.GREW, "data"),
        Input(ids.SETTLED, "data"),
        State(ids.STATE, "data"),
        State(ROUTE, "data"),
        prevent_initial_call=True,
    )
    def draw(
        theme: str | None,
        view: Mapping[str, Any],
        scaling: int,
        _: Any,
        __: Any,
        state: Mapping[str, Any],
        route: Mapping[str, Any],
    ) -> tuple[Any, Any, Any]:
        look = Look.of(theme or route.get("theme"), view, scaled=scaling % 2 == 1)
        now = _shown(service, state, route)
        if ctx.triggered_id == ids.GREW:
            return now.attention(look), no_update, no_update
        diagnostics = now.diagnostics(look)
        return now.attention(look), diagnostics, {"height": diagnostics.layout.height}


def _follow(dash_app: Dash, service: Service) -> None:
    """Where the analysis stands, while it runs."""

    @dash_app.callback(
        Output(ids.STATUS, "children"),
        Output("curves", "data-scores"),
        Input(ids.GREW, "data"),
        State(ids.STATE, "data"),
        State(ROUTE, "data"),
        prevent_initial_call=True,
    )
    def follow(_: Any, state: Mapping[str, Any], route: Mapping[str, Any]) -> tuple[Any, str]:
        now = _shown(service, state, route)
        return status(now.job), now.scores


def _settle(dash_app: Dash, service: Service) -> None:
    """Everything that an ended analysis fills."""

    @dash_app.callback(
        Output(ids.STATUS, "children", allow_duplicate=True),
        Output("curves", "data-scores", allow_duplicate=True),
        Output(ids.NUMBERS, "children"),
        Output(ids.ACTION, "children"),
        Output(ids.ROWS, "children"),
        Output("diagnostics", "hidden"),
        Output("exports", "hidden"),
        Output("comparison", "hidden"),
        Output(ids.COMPARISON, "children", allow_duplicate=True),
        Output(ids.STATE, "data"),
        Input(ids.SETTLED, "data"),
        State(ids.STATE, "data"),
        State(ROUTE, "data"),
        State(ids.TOLERANCE, "value"),
        prevent_initial_call=True,
    )
    def settle(
        _: Any, state: Mapping[str, Any], route: Mapping[str, Any], tolerance_s: float | None
    ) -> tuple[Any, ...]:
        now = _shown(service, state, route)
        unfinished = now.analysis is None
        return (
            status(now.job),
            now.scores,
            numbers(now),
            recognition(now.analysis),
            method_rows(now),
            unfinished,
            unfinished,
            unfinished,
            compared(now, tolerance_s),
            now.state(),
        )


def _compare(dash_app: Dash, service: Service) -> None:
    """The scores again at another tolerance or frame budget."""

    @dash_app.callback(
        Output(ids.COMPARISON, "children"),
        Input(ids.TOLERANCE, "value"),
        Input(ids.BUDGET, "data"),
        State(ids.STATE, "data"),
        State(ROUTE, "data"),
        prevent_initial_call=True,
    )
    def compare(
        tolerance_s: float | None, budget: int, state: Mapping[str, Any], route: Mapping[str, Any]
    ) -> list[Any]:
        return compared(_shown(service, state, route), tolerance_s, budget)


def _mix_back(dash_app: Dash, service: Service) -> None:
    """What is recognised with discarded steps in the clip again, or within the frame budget."""

    @dash_app.callback(
        Output(ids.RECOGNISED, "children"),
        Input(ids.MIXED, "value"),
        Input(ids.BUDGET, "data"),
        State(ids.STATE, "data"),
        State(ROUTE, "data"),
        prevent_initial_call=True,
    )
    def mix_back(
        level: float, budget: int, state: Mapping[str, Any], route: Mapping[str, Any]
    ) -> Any:
        now = _shown(service, state, route)
        found = now.analysis.recognition if now.analysis else {}
        return recognised_on(found, int(level), budget) if found else no_update


def _shown(service: Service, state: Mapping[str, Any], route: Mapping[str, Any]) -> Shown:
    return shown(service, state["video"], route.get("search"))

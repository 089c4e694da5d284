"""Callbacks of the system page: what changed is shown anew, the rest stays as it is."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, no_update

from app.pages.system import ids
from app.pages.system.layout import digests, live
from worker.service import Service
from worker.system import system


def register(dash_app: Dash, service: Service) -> None:
    """Look again while the page is visible; only sections that differ are replaced."""

    @dash_app.callback(
        *(Output(id, "children") for id in ids.LIVE),
        Output(ids.SHOWN, "data"),
        Input(ids.LOOK, "data"),
        State(ids.SHOWN, "data"),
        prevent_initial_call=True,
    )
    def refresh(_: Any, before: dict[str, str]) -> tuple[Any, ...]:
        sections = live(system(service))
        now = digests(sections)
        changed = [sections[id] if now[id] != before.get(id) else no_update for id in ids.LIVE]
        return *changed, now if now != before else no_update

    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "whileVisible"),
        Output(ids.LOOK, "data"),
        Input(ids.TICK, "n_intervals"),
        prevent_initial_call=True,
    )
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openSystem"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )

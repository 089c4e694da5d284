"""Callback of the page of two videos: the browser takes over."""

from dash import ClientsideFunction, Dash, Input, Output

from app.pages.compare import ids


def register(dash_app: Dash) -> None:
    """Register the page's callback."""
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openCompare"),
        Output(ids.OPENED, "data"),
        Input(ids.STATES, "data"),
    )

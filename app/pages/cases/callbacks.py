"""Callback of the list of cases: the browser takes over the import."""

from dash import ClientsideFunction, Dash, Input, Output

from app.pages.cases import ids


def register(dash_app: Dash) -> None:
    """Register the page's callback."""
    dash_app.clientside_callback(
        ClientsideFunction("kairoscope", "openCases"),
        Output(ids.OPENED, "data"),
        Input(ids.MOUNT, "data"),
    )

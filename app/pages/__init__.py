"""The two pages, mounted on a Dash app: the layout, the callbacks, the static files they use."""

from pathlib import Path

from dash import Dash
from fastapi.staticfiles import StaticFiles

from app.pages import shell
from app.pages.library import callbacks as library
from app.pages.video import callbacks as video
from worker.service import Service

STATIC = Path(__file__).resolve().parents[2] / "static"


def mount(dash_app: Dash, service: Service) -> None:
    """Give `dash_app` the pages, reading everything they show from `service`.

    Serves `static/` at /static, so mount before the first request (Dash adds a catch-all then).
    """
    dash_app.server.mount("/static", StaticFiles(directory=STATIC), name="static")
    dash_app.config.suppress_callback_exceptions = True  # each page brings its own components
    shell.mount(dash_app, service)
    library.register(dash_app, service)
    video.register(dash_app, service)

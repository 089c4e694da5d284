"""The pages, mounted on a Dash app: the layout and the callbacks."""

from dash import Dash

from app.pages import shell
from app.pages.benchmarks import callbacks as benchmarks
from app.pages.cases import callbacks as cases
from app.pages.compare import callbacks as compare
from app.pages.library import callbacks as library
from app.pages.models import callbacks as models
from app.pages.system import callbacks as system
from app.pages.video import callbacks as video
from worker.service import Service


def mount(dash_app: Dash, service: Service) -> None:
    """Give `dash_app` the pages, reading everything they show from `service`.

    The server behind it serves static/ at /static and the REST interface at /api/v1.
    """
    dash_app.config.suppress_callback_exceptions = True  # each page brings its own components
    shell.mount(dash_app, service)
    library.register(dash_app, service)
    video.register(dash_app, service)
    cases.register(dash_app, service)
    benchmarks.register(dash_app, service)
    compare.register(dash_app, service)
    models.register(dash_app, service)
    system.register(dash_app, service)

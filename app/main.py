"""The web application: REST, pages and static files in one ASGI process, without torch."""

from anyio import CapacityLimiter
from fastapi import FastAPI

import model
from app import background, pages, platform, security
from app.api import problems
from app.api import routes as api
from app.api.event_streams import EventStreams
from app.api.upload_store import UploadStore
from app.api.upload_writers import Writers
from app.static_files import STATIC, CachedFiles
from app.threaded import ThreadedDash
from worker.imports import Imports
from worker.plugins import warn_of_faults
from worker.service import Service
from worker.settings import Settings
from worker.supervise import check_exposure

DECODERS = 2  # single frames decoded at a time, each in a process of its own
EXPORTS = 8  # under way at a time, some of which hold a decoder that waits for a slow client


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application with these settings, by default those of the environment.

    Raises CannotServe where it would be open to everyone.
    """
    settings = settings or Settings()
    check_exposure(settings)
    service = Service(settings)
    warn_of_faults()
    store = UploadStore(settings, lambda path, name: service.add_video(path, name).id)
    writers, streams, imports = Writers(store), EventStreams(), Imports(service)

    app = FastAPI(
        title="Kairoscope",
        version=model.__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=background.lifespan(service, store, writers, imports),
        responses=problems.answers(401, 403, 422, 500),
    )
    app.state.service, app.state.store = service, store
    app.state.writers, app.state.streams, app.state.imports = writers, streams, imports
    app.state.decoders, app.state.exports = CapacityLimiter(DECODERS), CapacityLimiter(EXPORTS)
    problems.install(app)
    app.include_router(api.routes)
    app.include_router(platform.routes)
    app.mount("/static", CachedFiles(directory=STATIC), name="static")

    dash_app = ThreadedDash(__name__, server=app, on_error=problems.log_callback_error)
    pages.mount(dash_app, service)
    app.add_middleware(security.Security, settings=settings, script_hashes=dash_app.csp_hashes)
    return app

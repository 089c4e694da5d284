"""What operators and newcomers ask for: health, readiness, metrics, the reference of the API."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from app.api.parts import TheService
from app.api.problems import answers
from model.errors import KairoscopeError
from worker import messages
from worker.service import Service

DOCS = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Kairoscope API</title>
    <link rel="stylesheet" href="/static/vendor/swagger-ui/swagger-ui.css">
  </head>
  <body>
    <div id="docs" data-openapi="/api/openapi.json"></div>
    <script src="/static/vendor/swagger-ui/swagger-ui-bundle.js"></script>
    <script src="/static/js/docs.js"></script>
  </body>
</html>"""


class NotReady(KairoscopeError):
    """The database or the broker does not answer."""

    code = "not-ready"
    status = 503


class Health(BaseModel):
    """`ok`, or no answer."""

    status: str = "ok"


class ServiceCollector(Collector):
    """The service's own numbers, read when they are asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Videos, live workers, and analyses by state."""
        counts = self._service.counts()
        yield GaugeMetricFamily("kairoscope_videos", "Videos stored", counts.pop("videos"))
        yield GaugeMetricFamily("kairoscope_workers", "Workers alive", counts.pop("workers"))
        analyses = GaugeMetricFamily("kairoscope_analyses", "Analyses by state", labels=["state"])
        for state, number in counts.items():
            analyses.add_metric([state], number)
        yield analyses


routes = APIRouter(tags=["platform"])


@routes.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@routes.get("/readyz", responses=answers(503))
def readyz(service: TheService) -> Health:
    """The database and the broker answer too."""
    try:
        service.counts()
    except DBAPIError as error:
        raise NotReady("the database does not answer", "See the server's log.") from error
    if messages.waiting(service.celery) is None:
        raise NotReady("the broker does not answer", "Is it running? See the server's log.")
    return Health()


@routes.get("/metrics", response_class=Response)
def metrics(service: TheService) -> Response:
    """Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(ServiceCollector(service))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


@routes.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    """The reference of the API, as a page."""
    return HTMLResponse(DOCS)

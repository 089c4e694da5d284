"""The long-lived parts of the application, as dependencies of the routes."""

from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request

from app.api.event_streams import EventStreams
from app.api.upload_store import UploadStore
from app.api.upload_writers import Writers
from worker.imports import Imports
from worker.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _store(request: Request) -> UploadStore:
    store: UploadStore = request.app.state.store
    return store


def _writers(request: Request) -> Writers:
    writers: Writers = request.app.state.writers
    return writers


def _streams(request: Request) -> EventStreams:
    streams: EventStreams = request.app.state.streams
    return streams


def _imports(request: Request) -> Imports:
    imports: Imports = request.app.state.imports
    return imports


def _decoders(request: Request) -> CapacityLimiter:
    decoders: CapacityLimiter = request.app.state.decoders
    return decoders


def _exports(request: Request) -> CapacityLimiter:
    exports: CapacityLimiter = request.app.state.exports
    return exports


TheService = Annotated[Service, Depends(_service)]
TheStore = Annotated[UploadStore, Depends(_store)]
TheWriters = Annotated[Writers, Depends(_writers)]
TheStreams = Annotated[EventStreams, Depends(_streams)]
TheImports = Annotated[Imports, Depends(_imports)]
TheDecoders = Annotated[CapacityLimiter, Depends(_decoders)]
TheExports = Annotated[CapacityLimiter, Depends(_exports)]

"""The REST interface, /api/v1: one file a resource."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException

from app.api import analyses, catalogue, uploads, videos
from app.api.analyses import Streams
from app.api.upload_store import UploadStore
from app.api.upload_writers import Writers
from worker.service import Service

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def router(service: Service, store: UploadStore, writers: Writers, streams: Streams) -> APIRouter:
    """Everything under /api: the resources, and 404 as JSON for the rest of its paths."""
    api = APIRouter(prefix="/api")
    v1 = APIRouter(prefix="/v1")
    v1.include_router(uploads.router(store, writers))
    v1.include_router(videos.router(service))
    v1.include_router(analyses.router(service, streams))
    v1.include_router(catalogue.router(service))
    api.include_router(v1)

    @api.api_route("", methods=METHODS, include_in_schema=False)
    @api.api_route("/{rest:path}", methods=METHODS, include_in_schema=False)
    def unknown(request: Request) -> None:
        """Before the catch-all of the pages, which would answer 200 with HTML."""
        raise HTTPException(404, f"There is no {request.method} {request.url.path}; see /docs.")

    return api

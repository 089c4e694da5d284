"""All routes under /api, in order."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException

from app.api import (
    analyses,
    annotations,
    catalogue,
    exports,
    imports,
    reproductions,
    storage,
    system,
    uploads,
    videos,
    view_exports,
)

RESOURCES = (
    uploads, videos, annotations, analyses, exports, view_exports, imports, storage, catalogue,
    reproductions, system,
)  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

routes = APIRouter(prefix="/api")
for resource in RESOURCES:
    routes.include_router(resource.routes, prefix="/v1")


@routes.api_route("", methods=METHODS, include_in_schema=False)
@routes.api_route("/{rest:path}", methods=METHODS, include_in_schema=False)
def unknown(request: Request) -> None:
    """The rest, before the catch-all of the pages, which would answer 200 with HTML."""
    raise HTTPException(404, f"There is no {request.method} {request.url.path}; see /docs.")

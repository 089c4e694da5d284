"""How much room the videos take."""

from fastapi import APIRouter

from app.api.parts import TheService
from worker.types import Storage

routes = APIRouter(tags=["videos"])


@routes.get("/storage")
def storage(service: TheService) -> Storage:
    """The number of videos, the bytes of their originals, previews and results, the bytes that are
    free (null for an object store), and the days after which unused videos are deleted."""
    return service.library.storage()

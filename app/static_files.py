"""The files of static/ with caching headers."""

from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).resolve().parents[1] / "static"


class CachedFiles(StaticFiles):
    """Vendored libraries keep for a day; our own files are asked for each time (304 by ETag)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 304, with Cache-Control."""
        response = await super().get_response(path, scope)
        vendored = path.startswith("vendor/")
        response.headers["Cache-Control"] = "public, max-age=86400" if vendored else "no-cache"
        return response

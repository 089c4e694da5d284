"""Stored files as answers: cached for good, and one byte range at a time."""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from model.errors import KairoscopeError

IMMUTABLE = "private, max-age=31536000, immutable"  # what a key holds never changes
ONE_RANGE = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")


class RangeNotSatisfiable(KairoscopeError):
    """The Range header asks for several ranges, or for none that the file has."""

    code = "range-not-satisfiable"
    status = 416


def stored_file(
    request: Request, path: Path, media_type: str, download_as: str | None = None
) -> Response:
    """The file, the range asked for (206), or 304 where the browser has it already.

    Several ranges in one request are refused: no player sends them, and merging hostile ones costs
    time (CVE-2025-62727). Raises RangeNotSatisfiable.
    """
    info = path.stat()
    headers = {"Cache-Control": IMMUTABLE}
    response = FileResponse(
        path, headers=headers, media_type=media_type, filename=download_as, stat_result=info
    )
    etag = response.headers["etag"]
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    if wanted := request.headers.get("range"):
        check_range(wanted, info.st_size)
    return response


def check_range(wanted: str, size: int) -> None:
    """Raise RangeNotSatisfiable unless `wanted` is one range within `size` bytes."""
    match = ONE_RANGE.fullmatch(wanted.strip())
    first, last = match.groups() if match else (None, None)
    if first is not None:
        satisfiable = int(first) < size and (last is None or int(first) <= int(last))
    else:
        satisfiable = last is not None and int(last) > 0 and size > 0
    if not satisfiable:
        raise RangeNotSatisfiable(
            f"wanted one range within {size} bytes, got {wanted[:100]!r}",
            "Ask for bytes=first-last.",
        )

"""What people marked in a video: sent as a file, read back as one JSON form."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.api.parts import TheService
from app.api.problems import answers
from app.security import BodyTooLarge
from model.evaluation.truth_formats import MOST_BYTES, parse
from worker.errors import NotFound

FILE = {"schema": {"type": "string", "format": "binary"}}
BODY = {"requestBody": {"required": True, "content": {"application/json": FILE, "text/csv": FILE}}}

routes = APIRouter(prefix="/videos/{video_id}/annotations", tags=["videos"])


async def _file(request: Request) -> bytes:
    """The body. Raises BodyTooLarge once it is longer than a file of annotations may be."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise BodyTooLarge(
                f"annotations are larger than {MOST_BYTES // 2**20} MiB",
                "Send those of one video, without what else the file holds.",
            )
    return bytes(content)


@routes.put("", responses=answers(404, 413, 422), openapi_extra=BODY)
def set_annotations(
    service: TheService,
    video_id: str,
    content: Annotated[bytes, Depends(_file)],
    filename: Annotated[str, Query(max_length=1000)] = "",
) -> dict[str, Any]:
    """Keep a file of keyframes or intervals, JSON or CSV as docs/ground-truth.md says, in place of
    what was there; answers with what was read, schema `kairoscope/truth@1`."""
    truth = parse(content, filename)
    service.set_annotations(video_id, truth)
    return truth.to_json()


@routes.get("", responses=answers(404))
def get_annotations(service: TheService, video_id: str) -> dict[str, Any]:
    """The annotations, schema `kairoscope/truth@1`; 404 where nobody gave any."""
    truth = service.annotations(video_id)
    if truth is None:
        raise NotFound(f"no annotations of video {video_id!r}", "PUT a file of them here.")
    return truth.to_json()


@routes.delete("", status_code=204, responses=answers(404))
def delete_annotations(service: TheService, video_id: str) -> None:
    """Remove the annotations; a rendered scene's own phases count again."""
    service.set_annotations(video_id, None)

"""The videos: their facts, their files, single frames."""

import re
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import BaseModel

from app.api.files import IMMUTABLE, stored_file
from app.api.parts import TheDecoders, TheService
from app.api.problems import answers
from model.errors import InvalidParameter, KairoscopeError
from model.video.stills import read_stills
from worker.errors import NotFound
from worker.service import Service, limits
from worker.types import Listing, Video

SHEET = re.compile("[0-9]{3,4}")  # how the sprite sheets are numbered


class UploadRequired(KairoscopeError):
    """A video came by reference: nothing is read from a path and nothing fetched from a URL."""

    code = "upload-required"
    status = 422


class VideoPage(BaseModel):
    """A part of the list: `total` videos in all."""

    items: list[Video]
    total: int
    offset: int
    limit: int


routes = APIRouter(prefix="/videos", tags=["videos"])


def _image() -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"image/jpeg": {}}, "description": "JPEG"}, **answers(404)}


@routes.get("", responses=answers(422))
def list_videos(
    service: TheService,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    q: Annotated[str | None, Query(max_length=200)] = None,
) -> VideoPage:
    """Videos, newest first; `q` is a part of the name."""
    items = service.list_videos(offset, limit, q)
    return VideoPage(
        items=items, total=service.library.count(Listing(q or "")), offset=offset, limit=limit
    )


@routes.post("", status_code=422, responses=answers(413, 422), response_model=None)
def add_by_reference(_: Annotated[Any, Body()] = None) -> None:
    """Always refused: a video is sent as bytes, through /uploads."""
    raise UploadRequired(
        "a video is sent as bytes; no path is read and no URL is fetched",
        "Upload the file to /api/v1/uploads (tus 1.0).",
    )


@routes.get("/{video_id}", responses=answers(404))
def get_video(service: TheService, video_id: str) -> Video:
    """The facts of one video."""
    return service.get_video(video_id)


@routes.delete("/{video_id}", status_code=204, responses=answers(404))
def delete_video(service: TheService, video_id: str) -> None:
    """Delete a video with its analyses."""
    service.delete_video(video_id)


@routes.get("/{video_id}/frames/{index}.jpg", response_class=Response, responses=_image())
async def frame(service: TheService, decoders: TheDecoders, video_id: str, index: int) -> Response:
    """The decoded frame of this index, at full size."""
    content = await run_sync(_still, service, video_id, index, limiter=decoders)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


@routes.get("/{video_id}/original", response_class=Response, responses=answers(404, 416))
@routes.head("/{video_id}/original", include_in_schema=False)
def original(service: TheService, request: Request, video_id: str) -> Response:
    """The file as it was uploaded, only ever as a download."""
    video = service.get_video(video_id)
    path = service.blobs.local_path(f"videos/{video_id}/original")
    return stored_file(request, path, "application/octet-stream", video.name)


@routes.get("/{video_id}/preview.mp4", response_class=Response, responses=answers(404, 416))
@routes.head("/{video_id}/preview.mp4", include_in_schema=False)
def preview(service: TheService, request: Request, video_id: str) -> Response:
    """H.264 with the same frame times, for players; ranges are supported."""
    return _stored(service, request, video_id, "preview.mp4", "video/mp4")


@routes.get("/{video_id}/thumbnail.jpg", response_class=Response, responses=_image())
def thumbnail(service: TheService, request: Request, video_id: str) -> Response:
    """One frame that stands for the video."""
    return _stored(service, request, video_id, "thumbnail.jpg", "image/jpeg")


@routes.get("/{video_id}/sprites.json", response_class=Response, responses=answers(404))
def sprites(service: TheService, request: Request, video_id: str) -> Response:
    """Which decoded frame each tile of the sprite sheets shows."""
    return _stored(service, request, video_id, "sprites.json", "application/json")


@routes.get("/{video_id}/sprite_{number}.jpg", response_class=Response, responses=_image())
def sprite(service: TheService, request: Request, video_id: str, number: str) -> Response:
    """One sheet of tiles."""
    if not SHEET.fullmatch(number):
        raise NotFound("no such sprite sheet", "The names of all sheets are in sprites.json.")
    return _stored(service, request, video_id, f"sprite_{number}.jpg", "image/jpeg")


def _stored(
    service: Service, request: Request, video_id: str, name: str, media_type: str
) -> Response:
    service.get_video(video_id)
    path = service.blobs.local_path(f"videos/{video_id}/{name}")
    return stored_file(request, path, media_type)


def _still(service: Service, video_id: str, index: int) -> bytes:
    service.get_video(video_id)
    missing = NotFound(f"no frame {index} in this video", "Frames count from 0.")
    if not 0 <= index < service.settings.max_frames:
        raise missing
    path = service.blobs.local_path(f"videos/{video_id}/original")
    try:
        [(_, content)] = read_stills(path, [index], limits(service.settings))
    except InvalidParameter:
        raise missing from None
    return content

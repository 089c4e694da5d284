"""The videos: finding, tagging, deleting; their facts, their files, single frames."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.files import IMMUTABLE, stored_file
from app.api.parts import TheDecoders, TheService
from app.api.problems import answers
from model.errors import InvalidParameter, KairoscopeError
from model.video.flow_stills import FlowName, FlowStill, read_flow
from model.video.stills import read_stills
from worker.errors import NotFound
from worker.library import GRACE_S, MOST_TAGS
from worker.service import Service, limits
from worker.types import Listing, Order, Sort, Standing, Video

SCALE = "Kairoscope-Flow-Scale"
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


class TagCount(BaseModel):
    """A tag, and how many videos have it."""

    tag: str
    videos: int


class Tags(BaseModel):
    """All tags of a video."""

    model_config = ConfigDict(extra="forbid")

    tags: list[str] = Field(max_length=MOST_TAGS)


class Several(BaseModel):
    """The ids of some videos."""

    model_config = ConfigDict(extra="forbid")

    ids: list[str] = Field(min_length=1, max_length=1000)


class Retagging(Several):
    """Tags that some videos get, and tags that they lose."""

    add: list[str] = Field(default_factory=list, max_length=MOST_TAGS)
    remove: list[str] = Field(default_factory=list, max_length=MOST_TAGS)


class Changed(BaseModel):
    """The videos that were there, and those that were not."""

    ids: list[str]
    missing: list[str]


class Deleted(Changed):
    """Those deleted; `stopped` are the ones whose analysis was cancelled by it. They can be
    restored for `grace_s` seconds."""

    stopped: list[str]
    grace_s: float


routes = APIRouter(prefix="/videos", tags=["videos"])


def wanted_listing(
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[tuple[str, ...], Query(max_length=MOST_TAGS)] = (),
    state: Standing | None = None,
    gallery: bool | None = None,
    sort: Sort = "added",
    order: Order | None = None,
) -> Listing:
    """The list that the query of an address asks for."""
    return Listing(q, tag, state, gallery, sort, order)


def _image() -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"image/jpeg": {}}, "description": "JPEG"}, **answers(404)}


def _flow_image() -> dict[int | str, dict[str, Any]]:
    meaning = "The pixels of the video, from frame to frame, that are shown at full brightness."
    header = {SCALE: {"description": meaning, "schema": {"type": "number"}}}
    image = _image()
    return {**image, 200: {**image[200], "headers": header}, **answers(422)}


@routes.get("", responses=answers(422))
def list_videos(
    service: TheService,
    listing: Annotated[Listing, Depends(wanted_listing)],
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> VideoPage:
    """Videos, by default newest first. `q` is a part of the name or of a tag, in any case; each
    `tag` is wanted; `state` is that of the newest analysis, `active` is queued or running, `none`
    is not analysed."""
    items = service.library.find(listing, offset, limit)
    total = service.library.count(listing)
    return VideoPage(items=items, total=total, offset=offset, limit=limit)


@routes.post("", status_code=422, responses=answers(413, 422), response_model=None)
def add_by_reference(_: Annotated[Any, Body()] = None) -> None:
    """Always refused: a video is sent as bytes, through /uploads."""
    raise UploadRequired(
        "a video is sent as bytes; no path is read and no URL is fetched",
        "Upload the file to /api/v1/uploads (tus 1.0).",
    )


@routes.get("/tags")
def list_tags(service: TheService) -> list[TagCount]:
    """The tags in use, by name."""
    return [TagCount(tag=tag, videos=videos) for tag, videos in service.library.tags().items()]


@routes.patch("/tags", responses=answers(422))
def retag(service: TheService, wanted: Retagging) -> Changed:
    """Give some videos tags and take others away."""
    return _changed(wanted, service.library.retag(wanted.ids, wanted.add, wanted.remove))


@routes.post("/delete", responses=answers(422))
def delete_several(service: TheService, wanted: Several) -> Deleted:
    """Delete videos with their analyses. What runs on them stops at once; the bytes go when the
    time to restore them is over."""
    deleted, stopped = service.library.delete(wanted.ids)
    changed = _changed(wanted, deleted)
    return Deleted(**changed.model_dump(), stopped=stopped, grace_s=GRACE_S)


@routes.post("/restore", responses=answers(422))
def restore_several(service: TheService, wanted: Several) -> Changed:
    """Undo the deletion of videos; analyses that it stopped stay stopped."""
    return _changed(wanted, service.library.restore(wanted.ids))


@routes.get("/{video_id}", responses=answers(404))
def get_video(service: TheService, video_id: str) -> Video:
    """The facts of one video; for its retention this counts as opening it."""
    service.library.opened(video_id)
    return service.get_video(video_id)


@routes.patch("/{video_id}", responses=answers(404, 422))
def set_tags(service: TheService, video_id: str, wanted: Tags) -> Video:
    """Replace the tags of a video."""
    video = service.get_video(video_id)
    service.library.retag([video_id], wanted.tags, set(video.tags) - set(wanted.tags))
    return service.get_video(video_id)


@routes.delete("/{video_id}", status_code=204, responses=answers(404))
def delete_video(service: TheService, video_id: str) -> None:
    """Delete a video with its analyses; for a minute it can be restored."""
    service.delete_video(video_id)


@routes.post("/{video_id}/restore", responses=answers(404))
def restore_video(service: TheService, video_id: str) -> Video:
    """Undo the deletion of a video; an analysis that it stopped stays stopped."""
    if not service.library.restore([video_id]):
        raise NotFound(
            f"no video {video_id!r} to restore",
            f"A deleted video can be restored for {GRACE_S:g} seconds. Upload it again.",
        )
    return service.get_video(video_id)


@routes.get("/{video_id}/frames/{index}.jpg", response_class=Response, responses=_image())
async def frame(service: TheService, decoders: TheDecoders, video_id: str, index: int) -> Response:
    """The decoded frame of this index, at full size."""
    content = await run_sync(_still, service, video_id, index, limiter=decoders)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


@routes.get("/{video_id}/flow/{index}.jpg", response_class=Response, responses=_flow_image())
async def flow(
    service: TheService,
    decoders: TheDecoders,
    video_id: str,
    index: int,
    algorithm: FlowName = "dis",
) -> Response:
    """The optical flow from the decoded frame of this index to the next: direction as hue, right
    red, up yellow-green, left cyan, down violet; magnitude as brightness; arrows say both. It is
    computed on the square grid of the analysis; the last frame repeats the flow before it."""
    found = await run_sync(_flow, service, video_id, index, algorithm, limiter=decoders)
    headers = {"Cache-Control": IMMUTABLE, SCALE: f"{found.scale:g}"}
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)


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


def _changed(wanted: Several, found: Sequence[str]) -> Changed:
    there = set(found)
    ids = list(dict.fromkeys(wanted.ids))
    return Changed(
        ids=[id for id in ids if id in there], missing=[id for id in ids if id not in there]
    )


def _stored(
    service: Service, request: Request, video_id: str, name: str, media_type: str
) -> Response:
    service.get_video(video_id)
    path = service.blobs.local_path(f"videos/{video_id}/{name}")
    return stored_file(request, path, media_type)


def _still(service: Service, video_id: str, index: int) -> bytes:
    with _frame_of(service, video_id, index) as path:
        [(_, content)] = read_stills(path, [index], limits(service.settings))
    return content


def _flow(service: Service, video_id: str, index: int, algorithm: FlowName) -> FlowStill:
    with _frame_of(service, video_id, index) as path:
        return read_flow(path, index, algorithm, limits(service.settings))


@contextmanager
def _frame_of(service: Service, video_id: str, index: int) -> Iterator[Path]:
    """The file to read a frame from. Raises NotFound when it has no such frame."""
    service.get_video(video_id)
    missing = NotFound(f"no frame {index} in this video", "Frames count from 0.")
    if not 0 <= index < service.settings.max_frames:
        raise missing
    try:
        yield service.blobs.local_path(f"videos/{video_id}/original")
    except InvalidParameter:
        raise missing from None

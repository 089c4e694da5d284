"""Resumable uploads: the tus 1.0 protocol (https://tus.io/protocols/resumable-upload).

Extensions: creation, creation-with-upload, checksum, expiration, termination. The answer to the
last byte is the video: `Kairoscope-Video: <id>`, or 422 with the reason why it is none.
"""

import re
from collections.abc import Callable, Coroutine
from email.utils import formatdate
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api import tus_headers
from app.api.parts import TheStore, TheWriters
from app.api.problems import Problem, answers, error_response, problem_response
from app.api.upload_errors import (
    InvalidUploadRequest,
    OffsetMismatch,
    UnknownUpload,
    UnsupportedTusVersion,
    UploadLocked,
)
from app.api.upload_store import Upload
from app.api.upload_writers import Writers
from model.errors import KairoscopeError
from worker.service import made_at


def known_form(upload_id: str) -> str:
    """The id of the path, if it can be one: it becomes the name of a folder."""
    if not re.fullmatch("[0-9a-f]{32}", upload_id):
        raise UnknownUpload("no such upload", "Start a new upload of the file.")
    return upload_id


UploadId = Annotated[str, Depends(known_form)]


class UploadState(BaseModel):
    """Where an upload stands; `state` is uploading, finishing, done or refused."""

    id: str
    name: str
    length: int
    offset: int
    state: str
    video_id: str | None
    error: Problem | None


class TusRoute(APIRoute):
    """A route that checks the protocol version first and states it on every answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with the protocol's headers checked before it and set after it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                tus_headers.check_version(request)
                response = await handler(request)
            except KairoscopeError as error:
                response = error_response(error)
                if isinstance(error, UnsupportedTusVersion):
                    response.headers["Tus-Version"] = tus_headers.VERSION
            response.headers["Tus-Resumable"] = tus_headers.VERSION
            response.headers["Cache-Control"] = "no-store"
            return response

        return handle


routes = APIRouter(prefix="/uploads", tags=["uploads"], route_class=TusRoute)


@routes.options("", status_code=204)
@routes.options("/{upload_id}", status_code=204, include_in_schema=False)
async def capabilities(store: TheStore) -> Response:
    """What the server supports."""
    return Response(status_code=204, headers=tus_headers.capabilities(store.max_bytes))


@routes.post("", status_code=201, responses=answers(400, 412, 413, 415, 422, 429, 507))
async def create(request: Request, store: TheStore, writers: TheWriters) -> Response:
    """Begin an upload of `Upload-Length` bytes; a body is taken as the first chunk."""
    length = tus_headers.length(request)
    with_body = tus_headers.has_body(request)
    if with_body:
        tus_headers.check_content_type(request)
    metadata = request.headers.get("Upload-Metadata", "")
    name = tus_headers.file_name(metadata)
    upload = await run_sync(store.create, length, name, metadata)
    async with writers.exclusive(upload.id):
        if with_body:
            upload = await writers.receive(request, upload)
        response = await _acknowledge(writers, upload, 201)
    response.headers["Location"] = f"{request.url.path}/{upload.id}"
    return response


@routes.head("/{upload_id}", responses=answers(404, 410, 412, 422, 423))
async def offset(upload_id: UploadId, store: TheStore) -> Response:
    """How many bytes the server holds. All of them is success to a client, which then asks no
    more: so only a video answers that, a refusal stays one, and until then the upload is locked."""
    upload = await run_sync(store.get, upload_id)
    if upload.waiting:
        raise UploadLocked("the video is not read yet", "Ask again in a moment.")
    if upload.problem:
        return problem_response(upload.problem, _headers(upload))
    held = await run_sync(store.durable_offset, upload)
    headers = _headers(upload) | {"Upload-Offset": str(held)}
    headers |= {"Upload-Length": str(upload.length)}
    if upload.metadata:
        headers["Upload-Metadata"] = upload.metadata
    return Response(headers=headers)


STATUSES = (400, 404, 408, 409, 410, 412, 413, 415, 422, 423, 460, 503, 507)


@routes.patch("/{upload_id}", status_code=204, responses=answers(*STATUSES))
async def append(
    request: Request, upload_id: UploadId, store: TheStore, writers: TheWriters
) -> Response:
    """Append the body at `Upload-Offset`; after the last byte, the video or the refusal."""
    await run_sync(store.get, upload_id)
    tus_headers.check_content_type(request)
    wanted = tus_headers.offset(request)
    async with writers.exclusive(upload_id):
        upload = await run_sync(store.get, upload_id)
        if wanted != upload.offset:
            raise OffsetMismatch(
                f"wanted Upload-Offset {upload.offset}, got {wanted}", "Resume from there."
            )
        if not upload.finished:
            upload = await writers.receive(request, upload)
        return await _acknowledge(writers, upload, 204)


async def _acknowledge(writers: Writers, upload: Upload, status: int) -> Response:
    """Answer with the new offset, finishing the upload when that was its last byte."""
    if upload.complete:
        upload = await writers.finish(upload)
    headers = _headers(upload) | {"Upload-Offset": str(upload.offset)}
    if upload.problem:
        return problem_response(upload.problem, headers)
    return Response(status_code=status, headers=headers)


@routes.delete("/{upload_id}", status_code=204, responses=answers(404, 410, 412, 423))
async def terminate(upload_id: UploadId, store: TheStore, writers: TheWriters) -> Response:
    """Forget an upload. A video that it already became stays."""
    await run_sync(store.get, upload_id)
    async with writers.exclusive(upload_id):
        await run_sync(store.remove, upload_id)
    return Response(status_code=204)


@routes.post("/{upload_id}", include_in_schema=False)
async def override(
    request: Request,
    upload_id: UploadId,
    store: TheStore,
    writers: TheWriters,
    method: Annotated[str, Header(alias="X-HTTP-Method-Override")] = "",
) -> Response:
    """PATCH and DELETE for clients that can only POST."""
    if method == "PATCH":
        return await append(request, upload_id, store, writers)
    if method == "DELETE":
        return await terminate(upload_id, store, writers)
    raise InvalidUploadRequest(
        f"wanted X-HTTP-Method-Override: PATCH or DELETE, got {method!r}", ""
    )


@routes.get("/{upload_id}", responses=answers(404, 410))
async def state(upload_id: UploadId, store: TheStore) -> UploadState:
    """Where the upload stands, as JSON; this one needs no Tus-Resumable."""
    upload = await run_sync(store.get, upload_id)
    outcome = "refused" if upload.problem else "done" if upload.video else None
    underway = "finishing" if upload.complete else "uploading"
    return UploadState(
        id=upload.id,
        name=upload.name,
        length=upload.length,
        offset=upload.offset,
        state=outcome or underway,
        video_id=upload.video,
        error=Problem(**upload.problem) if upload.problem else None,
    )


def _headers(upload: Upload) -> dict[str, str]:
    """What every answer about an upload says: when it expires, the video it became, and whether
    that was here before."""
    headers = {"Upload-Expires": formatdate(upload.expires_at, usegmt=True)}
    if upload.video:
        headers["Kairoscope-Video"] = upload.video
        if made_at(upload.video) < upload.created_at:
            headers["Kairoscope-Known"] = "true"
    return headers

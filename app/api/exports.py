"""The exports of an analysis: one address a format, made as they are sent."""

from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack, closing
from functools import partial
from typing import Annotated
from urllib.parse import quote

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from app.api.parts import TheDecoders, TheExports, TheService
from app.api.problems import answers
from app.exports import FORMATS, Format, file_name
from app.exports.source import Source, chosen_method
from model.errors import KairoscopeError
from model.types import Analysis
from model.video.stills import read_stills
from worker.errors import NotFound
from worker.service import Service, limits


class TooManyExports(KairoscopeError):
    """As many exports as the server makes at a time."""

    code = "too-many-exports"
    status = 429


routes = APIRouter(prefix="/analyses", tags=["analyses"])


def _format(export_format: str) -> Format:
    if export_format not in FORMATS:
        raise NotFound(f"no format {export_format!r}", f"There are: {', '.join(FORMATS)}.")
    return FORMATS[export_format]


async def _place(exports: TheExports) -> AsyncIterator[ExitStack]:
    """A place for one export, and what is closed after its last byte, or when the client has
    gone."""
    borrower = object()
    try:
        exports.acquire_on_behalf_of_nowait(borrower)
    except anyio.WouldBlock:
        most = int(exports.total_tokens)
        raise TooManyExports(f"{most} exports are being made", "Try again later.") from None
    try:
        with ExitStack() as stack:
            yield stack
    finally:
        exports.release_on_behalf_of(borrower)


@routes.get(
    "/{job_id}/export/{export_format}",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file", "content": {f.media_type: {} for f in FORMATS.values()}},
        **answers(404, 409, 422, 429),
    },
)
async def export(
    service: TheService,
    decoders: TheDecoders,
    stack: Annotated[ExitStack, Depends(_place)],
    wanted: Annotated[Format, Depends(_format)],
    job_id: str,
    method: Annotated[
        str | None, Query(description="for formats of one method; default: rtsae, else the first")
    ] = None,
) -> StreamingResponse:
    """The result as json, csv, steps-csv, curves-csv, npz, zip, html, vtt or edl; 409 until it is
    there."""
    name, parts = await run_sync(partial(_begin, service, job_id, wanted, method))
    stack.enter_context(closing(parts))
    more = partial(run_sync, next, parts, None, limiter=decoders)
    first = await more()  # before the answer begins: a refusal is still a problem object

    async def content() -> AsyncIterator[bytes]:
        part = first
        while part is not None:
            yield part
            part = await more()

    headers = {"Content-Disposition": attachment(name), "Cache-Control": "private, no-cache"}
    return StreamingResponse(content(), media_type=wanted.media_type, headers=headers)


def _begin(
    service: Service, job_id: str, wanted: Format, method: str | None
) -> tuple[str, Generator[bytes]]:
    """The file's name, and its parts still to be made."""
    analysis = Analysis.from_json(service.result(job_id))
    video = service.get_video(service.get_job(job_id).video_id)
    chosen = chosen_method(analysis, method)
    path = service.blobs.local_path(f"videos/{video.id}/original")
    stills = partial(read_stills, path, limits=limits(service.settings))
    source = Source(analysis, video.name, stills)
    return file_name(video.name, wanted, chosen), wanted.content(source, chosen)


def attachment(name: str) -> str:
    """Content-Disposition (RFC 6266) of a safe name."""
    return (
        f'attachment; filename="{name}"'
        if name.isascii()
        else (f"attachment; filename*=utf-8''{quote(name)}")
    )

"""The requests that are writing to an upload just now: one each, the newest wins."""

import logging
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request

from app.api import tus_headers
from app.api.upload_chunk import Chunk
from app.api.upload_errors import (
    ShuttingDown,
    UnknownUpload,
    UploadLocked,
    UploadStalled,
    UploadTooLarge,
)
from app.api.upload_store import Upload, UploadStore

log = logging.getLogger(__name__)

TAKEOVER_S = 10.0  # for the older request's last write and sync
STALL_S = 60.0


class Writers:
    """Writers by upload id. A client that lost its connection may come back before the server
    noticed the loss: its new request stops the old one, whose bytes are kept."""

    def __init__(self, store: UploadStore) -> None:
        self._store = store
        self._active: dict[str, anyio.CancelScope] = {}
        self._finishing: set[str] = set()
        self._stopping = False

    @asynccontextmanager
    async def exclusive(self, upload_id: str) -> AsyncIterator[None]:
        """Hold the upload, stopping an older writer; raises UploadLocked while it finishes."""
        if older := self._active.get(upload_id):
            older.cancel()
        deadline = anyio.current_time() + TAKEOVER_S
        with ExitStack() as held:
            while True:
                try:
                    held.enter_context(self._store.locked(upload_id))
                    break
                except UploadLocked:
                    if upload_id in self._finishing or anyio.current_time() >= deadline:
                        raise
                await anyio.sleep(0.02)
            yield

    async def receive(self, request: Request, upload: Upload) -> Upload:
        """Write the body of `request` and return the upload with its new offset.

        What arrived is kept when the connection is cut, a newer request takes over (UploadLocked)
        or the server stops (ShuttingDown), unless a checksum still had to be verified.
        """
        if self._stopping:
            raise _shutting_down()
        announced = int(request.headers.get("Content-Length", 0))
        if announced > upload.length - upload.offset:
            raise UploadTooLarge(
                f"wanted at most {upload.length - upload.offset} bytes, got {announced}",
                "Send no more than the declared Upload-Length.",
            )
        checksum = tus_headers.checksum(request)
        chunk = await run_sync(self._store.chunk, upload, checksum)
        with anyio.CancelScope() as scope:
            self._active[upload.id] = scope
            try:
                await _copy(request, chunk)
            finally:
                del self._active[upload.id]
                with anyio.CancelScope(shield=True):
                    await run_sync(chunk.close)
        if scope.cancelled_caught:
            raise _shutting_down() if self._stopping else _taken_over()
        return await run_sync(self._store.get, upload.id)

    async def finish(self, upload: Upload) -> Upload:
        """`UploadStore.finish`; meanwhile no request waits for the upload."""
        self._finishing.add(upload.id)
        try:
            return await run_sync(self._store.finish, upload)
        finally:
            self._finishing.discard(upload.id)

    async def finish_waiting(self) -> None:
        """Finish what a crash or a full disk left complete but unfinished, unless a request holds
        it; what fails, for whatever reason, stays for a later try and does not stop the rest."""
        for upload in await run_sync(self._store.waiting):
            try:
                with self._store.locked(upload.id):
                    await self.finish(await run_sync(self._store.get, upload.id))
            except (UploadLocked, UnknownUpload):
                continue
            except Exception as error:
                log.warning("upload %s is not finished yet: %s", upload.id, error)

    def stop(self) -> None:
        """End all writing: the server is about to stop."""
        self._stopping = True
        for scope in self._active.values():
            scope.cancel()


async def _copy(request: Request, chunk: Chunk) -> None:
    body = request.stream()
    try:
        while True:
            with anyio.fail_after(STALL_S):
                data = await anext(body, None)
            if data is None:
                break
            if data:
                await run_sync(chunk.write, data)
    except ClientDisconnect:
        raise UploadStalled("the connection was cut", "Resume from the offset held.") from None
    except TimeoutError:
        raise UploadStalled(
            f"no byte came for {STALL_S:g} s", "Resume from the offset held."
        ) from None
    await run_sync(chunk.commit)


def _shutting_down() -> ShuttingDown:
    return ShuttingDown("the server is stopping; the bytes received are kept", "Resume later.")


def _taken_over() -> UploadLocked:
    return UploadLocked("a newer request took this upload over", "Ask for its offset and resume.")

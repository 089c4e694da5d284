"""What runs beside the requests: finishing and collecting uploads."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from fastapi import FastAPI

from app.api.upload_store import UploadStore
from app.api.upload_writers import Writers
from worker.imports import Imports
from worker.service import Service

ROUND_S = 60.0  # less than the page asks again for (RETRY_MS and READING_MS of uploads.js)


def lifespan(
    service: Service, store: UploadStore, writers: Writers, imports: Imports
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The application's life: housekeeping while it runs, closed connections after."""

    async def housekeeping() -> None:
        while True:
            await writers.finish_waiting()
            await run_sync(store.collect)
            await anyio.sleep(ROUND_S)

    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(housekeeping)
            yield
            tasks.cancel_scope.cancel()
        await run_sync(imports.close)
        service.close()

    return live

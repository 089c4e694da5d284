"""The web process: `python -m app.server`, uvicorn that stops uploads and streams politely."""

import logging
import socket

import uvicorn

from app.main import create_app
from worker.settings import Settings

GRACE_S = 10


class Server(uvicorn.Server):
    """On SIGTERM, running uploads end with 503 (resumable) and event streams end, so that the
    process does not wait for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """First the long requests, then uvicorn's own shutdown."""
        state = self.config.app.state  # type: ignore[union-attr]
        state.writers.stop()
        state.streams.stop()
        await super().shutdown(sockets)


def make_server(settings: Settings) -> Server:
    """A server for these settings."""
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level.lower(),
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        access_log=False,
    )
    return Server(config)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    make_server(settings).run()


if __name__ == "__main__":
    main()

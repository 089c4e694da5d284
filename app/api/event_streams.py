"""The server-sent event streams that are open: so many at most, and none holds up the stop."""

from collections.abc import Iterator
from contextlib import contextmanager

from model.errors import KairoscopeError

MAX_STREAMS = 64


class TooManyStreams(KairoscopeError):
    """As many event streams as the server keeps open."""

    code = "too-many-streams"
    status = 429


class EventStreams:
    """Counts the open streams; those that follow it end once it is `stopping`."""

    def __init__(self) -> None:
        self.stopping = False
        self._open = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one stream; raises TooManyStreams."""
        if self._open >= MAX_STREAMS:
            raise TooManyStreams(f"{MAX_STREAMS} event streams are open", "Close one.")
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def stop(self) -> None:
        """End all streams: the server is about to stop, and the clients come back."""
        self.stopping = True

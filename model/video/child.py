"""Parent's side of a codec process: start it, read its messages, notice when it dies or hangs.

A message is one line of JSON, followed by `bytes` raw bytes when it says so. Kinds: `alive`,
`error` (the child refused the input), `end` (nothing follows), and whatever the child's task is.
"""

import json
import os
import select
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any, BinaryIO, Self

from model.errors import UnreadableVideo, VideoTooLarge
from model.video import nursery
from model.video.limits import Limits

REFUSALS = {cls.__name__: cls for cls in (UnreadableVideo, VideoTooLarge)}
REENCODE = "Re-encode it, for example: ffmpeg -i input -c:v libx264 -pix_fmt yuv420p output.mp4"

Message = dict[str, Any]


class Child:
    """A process at the task of `model.video.<name>_child`; leaving the context kills it.

    `job` is handed over as JSON. Raises OSError where no process can be started.
    """

    def __init__(
        self, name: str, job: Mapping[str, Any], limits: Limits, stall_s: float | None = None
    ) -> None:
        self._stall_s = limits.stall_seconds if stall_s is None else stall_s
        self._buffer = bytearray()
        with ExitStack() as opened:
            self._stderr = opened.enter_context(tempfile.TemporaryFile())
            stdin, self._stdin = map(opened.enter_context, _pipe())
            self._stdout, stdout = map(opened.enter_context, _pipe())
            standard = (stdin.fileno(), stdout.fileno(), self._stderr.fileno())
            self._process = nursery.fork(name, standard)
            opened.callback(self._process.kill)
            stdin.close()
            stdout.close()
            self._say({**job, "limits": asdict(limits)})
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def pid(self) -> int:
        """Process id, for tests that kill it."""
        return self._process.pid

    def messages(self) -> Iterator[tuple[Message, bytearray]]:
        """Each message and its payload, until `end`. Raises UnreadableVideo or VideoTooLarge."""
        while True:
            message: Message = json.loads(self._line())
            payload = self._exactly(message.get("bytes", 0))
            match message["kind"]:
                case "alive":
                    continue
                case "error":
                    raise REFUSALS[message["error"]](message["message"], message["hint"])
                case "end":
                    yield message, payload
                    return
            yield message, payload

    def _say(self, job: Message) -> None:
        try:
            self._stdin.write(json.dumps(job).encode() + b"\n")
        except BrokenPipeError:
            raise self._died() from None

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._buffer += self._read(1 << 16)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _exactly(self, count: int) -> bytearray:
        payload = self._buffer[:count]
        del self._buffer[:count]
        while len(payload) < count:
            payload += self._read(count - len(payload))
        return payload

    def _read(self, count: int) -> bytes:
        descriptor = self._stdout.fileno()
        poll = select.poll()
        poll.register(descriptor, select.POLLIN | select.POLLHUP)
        if not poll.poll(self._stall_s * 1000):
            raise UnreadableVideo(f"the decoder hung: no answer for {self._stall_s:g} s", REENCODE)
        data = os.read(descriptor, count)
        if not data:
            raise self._died()
        return data

    def _died(self) -> UnreadableVideo:
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        error = UnreadableVideo(f"the decoder process crashed ({how})", REENCODE)
        self._stderr.seek(0)
        error.add_note(self._stderr.read()[-4000:].decode(errors="replace"))
        return error


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    """Its ends to read from and to write to, unbuffered."""
    reads, writes = os.pipe()
    return open(reads, "rb", buffering=0), open(writes, "wb", buffering=0)

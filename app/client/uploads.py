"""Uploads by tus 1.0: after a cut, on from the byte that the server holds."""

import base64
import time
from collections.abc import Callable
from pathlib import Path

from app.client.transport import PAUSES_S, Transport, error_of, passes
from model.errors import KairoscopeError, UnreadableVideo

CHUNK = 8 * 2**20  # bytes a request
TUS = {"Tus-Resumable": "1.0.0"}
MISPLACED = 409  # the server holds another number of bytes than we thought

OnProgress = Callable[[int, int], None]


def upload(transport: Transport, path: Path, on_progress: OnProgress | None = None) -> str:
    """Send the file; gives the video's id. `on_progress` hears of (bytes held, bytes in all).

    Raises UnreadableVideo where the file is none or the server cannot read it as a video, and the
    last failure when several tries in a row brought no byte further.
    """
    if not path.is_file():
        raise UnreadableVideo(f"{path} is not a file", "Name a video file.")
    length, held, tries = path.stat().st_size, 0, iter(PAUSES_S)
    place = _create(transport, path.name, length)
    with path.open("rb") as file:
        while True:
            if on_progress:
                on_progress(held, length)
            file.seek(held)
            try:
                video, now = _append(transport, place, held, file.read(CHUNK))
            except KairoscopeError as error:
                if not passes(error) and error.status != MISPLACED:
                    raise
                pause_s = next(tries, None)
                if pause_s is None:
                    raise
                time.sleep(pause_s)
                video, now = _state(transport, place)
            if video:
                return video
            if now > held:
                tries = iter(PAUSES_S)
            held = now


def _create(transport: Transport, name: str, length: int) -> str:
    metadata = "filename " + base64.b64encode(name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata}
    answer = transport.safely("POST", "/uploads", headers=headers)
    return "/uploads/" + answer.headers["Location"].rpartition("/")[2]


def _append(transport: Transport, place: str, held: int, chunk: bytes) -> tuple[str, int]:
    """The video's id, empty until it is one, and the bytes that the server holds now."""
    headers = {**TUS, "Upload-Offset": str(held), "Content-Type": "application/offset+octet-stream"}
    answer = transport.once("PATCH", place, content=chunk, headers=headers)
    return answer.headers.get("Kairoscope-Video", ""), int(answer.headers["Upload-Offset"])


def _state(transport: Transport, place: str) -> tuple[str, int]:
    """The same, asked for after a cut; a GET, since tus' HEAD cannot say why a file is no video."""
    state = transport.get(place)
    if state["error"]:
        raise error_of(state["error"])
    return state["video_id"] or "", state["offset"]

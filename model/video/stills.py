"""Single frames of a video as JPEG, upright, decoded in a child process."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from model.errors import InvalidParameter
from model.video.child import Child
from model.video.limits import Limits


def read_stills(
    path: Path | str,
    indices: Iterable[int],
    limits: Limits | None = None,
    longest: int | None = None,
) -> Iterator[tuple[int, bytes]]:
    """(decoded index, JPEG file) of each frame asked for, in order, once; at full size, or scaled
    down so that no side exceeds `longest` pixels.

    Decodes only as far as the last one. Raises UnreadableVideo or VideoTooLarge, and
    InvalidParameter for an index that the video does not reach.
    """
    wanted = sorted(set(indices))
    if not wanted:
        return
    job = {"path": str(Path(path).resolve()), "indices": wanted, "longest": longest}
    found = 0
    with Child("stills", job, limits or Limits()) as child:
        for message, payload in child.messages():
            if message["kind"] == "still":
                found += 1
                yield message["index"], bytes(payload)
    if found < len(wanted):
        raise InvalidParameter(
            f"wanted frame {wanted[found]}, got a video that ends before it",
            "Frames count from 0 in the order of their times.",
        )

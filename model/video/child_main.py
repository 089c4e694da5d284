"""Child's side of a codec process: limits first, then the task, every refusal as a message.

Imports neither torch nor cv2: a child must start in a fraction of a second.
"""

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from model.errors import UnreadableVideo, VideoTooLarge
from model.video.limits import Limits

Job = dict[str, Any]
Task = Callable[[Job, Limits], None]

STDERR_BYTES = 65_536  # a traceback, kept for the log

_last_sent = time.monotonic()


def run(task: Task, *, writes_bytes: int = 0) -> None:
    """Read the job from stdin, lower the limits, run `task`.

    `writes_bytes` is the largest file the task may write. Refusals (UnreadableVideo,
    VideoTooLarge, running out of memory) become an `error` message; anything else is a crash,
    which the parent reports.
    """
    job = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**job.pop("limits"))
    _lower(limits, writes_bytes)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        task(job, limits)
    except BrokenPipeError:  # the parent has gone or wants no more
        os._exit(0)
    except (UnreadableVideo, VideoTooLarge) as refusal:
        _refuse(refusal)
    except MemoryError:
        gib = limits.memory_bytes / 1024**3
        _refuse(
            VideoTooLarge(
                f"decoding needs more memory than the {gib:.1f} GiB allowed",
                "Scale the video down before uploading it.",
            )
        )


def send(kind: str, payload: Any = b"", **fields: Any) -> None:
    """One message to the parent; `payload` is any contiguous buffer."""
    global _last_sent
    view = memoryview(payload).cast("B")
    header: dict[str, Any] = {"kind": kind, **fields}
    if len(view):
        header["bytes"] = len(view)
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.write(view)
    sys.stdout.buffer.flush()
    _last_sent = time.monotonic()


def still_alive() -> None:
    """Tell the parent so, at most once a second: slow is not hung."""
    if time.monotonic() - _last_sent > 1:
        send("alive")


def _refuse(error: UnreadableVideo) -> None:
    send("error", error=type(error).__name__, message=error.message, hint=error.hint)


def _lower(limits: Limits, writes_bytes: int) -> None:
    wanted: Mapping[int, int] = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: max(writes_bytes, STDERR_BYTES),
        resource.RLIMIT_CORE: 0,
    }
    for which, value in wanted.items():
        hard = resource.getrlimit(which)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (ceiling, ceiling))


def _die_with_parent() -> None:
    """The parent holds our stdin and never writes again: end of file means that it died."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)

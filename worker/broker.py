"""The message broker: an embedded Valkey server on a unix socket, or KAIROSCOPE_REDIS_URL.

A message carries a job's id and nothing else, so a lost or repeated message does no harm.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from worker.settings import Settings

LONGEST_SOCKET_PATH = 107  # bytes, sun_path of unix(7) without its final NUL


def socket_path(settings: Settings) -> Path:
    """The embedded server's socket: in the data directory, or, where that path is too long for a
    socket, in a private folder of the system's temporary directory."""
    path = (settings.data_dir / "broker" / "valkey.sock").resolve()
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kairoscope-{os.getuid()}-{name}" / "valkey.sock"


def broker_url(settings: Settings) -> str:
    """Where Celery finds the broker."""
    return settings.redis_url or f"redis+socket://{socket_path(settings)}?virtual_host=0"

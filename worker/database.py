"""The database: the only truth about videos and jobs.

SQLite runs in WAL mode; a write transaction takes its lock at the start (BEGIN IMMEDIATE), so
that a process waits for the lock instead of failing half-way. All times are seconds since the
epoch by the database's own clock, because leases are compared between machines.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Double,
    Engine,
    ForeignKey,
    Index,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.sql.functions import FunctionElement

from worker.settings import Settings

ACTIVE = text("state IN ('queued', 'running')")


class clock(FunctionElement[float]):
    """Seconds since the epoch, by the database's clock."""

    type = Double()
    inherit_cache = True


@compiles(clock, "sqlite")
def _clock_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(clock)
def _clock(element: Any, compiler: Any, **options: Any) -> str:
    return "extract(epoch from clock_timestamp())"


class Base(DeclarativeBase):
    """The tables."""

    type_annotation_map = {dict[str, Any]: JSON(none_as_null=True), list[str]: JSON}  # noqa: RUF012


class VideoRow(Base):
    """A stored video; its bytes lie in the blob store under videos/<id>/. One that is deleted waits
    for the sweep. `derived_bytes` is None until somebody measured them."""

    __tablename__ = "videos"
    __table_args__ = tuple(
        Index(f"ix_videos_by_{column}", "deleted_at", column)
        for column in ("created_at", "bytes", "duration_s", "frames")
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[float] = mapped_column(default=clock())
    bytes: Mapped[int] = mapped_column(BigInteger)
    frames: Mapped[int | None]
    width: Mapped[int]
    height: Mapped[int]
    duration_s: Mapped[float | None]
    codec: Mapped[str]
    container: Mapped[str]
    warnings: Mapped[list[str]]
    derivatives_ready: Mapped[bool] = mapped_column(default=False)
    gallery: Mapped[bool] = mapped_column(default=False)
    truth: Mapped[dict[str, Any] | None]
    annotations: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)  # up to megabytes
    deleted_at: Mapped[float | None]
    opened_at: Mapped[float | None]
    derived_bytes: Mapped[int | None] = mapped_column(BigInteger)
    tags: Mapped[list["TagRow"]] = relationship(
        order_by="TagRow.tag", lazy="selectin", cascade="all, delete-orphan", passive_deletes=True
    )
    jobs: Mapped[list["JobRow"]] = relationship(
        back_populates="video", cascade="all, delete-orphan", passive_deletes=True
    )


class TagRow(Base):
    """A word by which a video is found."""

    __tablename__ = "tags"

    video_id: Mapped[str] = mapped_column(
        ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)


class JobRow(Base):
    """An analysis. `key` names its result, `lease` the one attempt that may write to it;
    `background` work waits until no user's does; `attention` names a checkpoint that is not the
    one in use."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("one_active_job_per_key", "key", unique=True, sqlite_where=ACTIVE,
              postgresql_where=ACTIVE),
        Index("ix_jobs_video_id", "video_id", "created_at", "id"),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(index=True)
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    methods: Mapped[dict[str, Any]]
    keyframes: Mapped[int | None]
    attention: Mapped[str | None]
    background: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="queued", index=True)
    stage: Mapped[str] = mapped_column(default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    eta_s: Mapped[float | None]
    partial: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    result_bytes: Mapped[int | None] = mapped_column(BigInteger)
    device: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    worker_id: Mapped[str | None]
    lease: Mapped[str | None]
    lease_until: Mapped[float | None]
    sent_at: Mapped[float | None]
    created_at: Mapped[float] = mapped_column(default=clock(), index=True)
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    video: Mapped[VideoRow] = relationship(back_populates="jobs")


class WorkerRow(Base):
    """A worker process, seen alive at `seen_at`; its networks ran last on `device`."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[float]
    seen_at: Mapped[float]
    device: Mapped[str | None]


class Database:
    """An engine with two kinds of transaction. Opening one brings the schema up to date."""

    def __init__(self, settings: Settings) -> None:
        url = settings.database_url
        if url is None:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{(settings.data_dir / 'kairoscope.sqlite').resolve()}"
        self.engine = create_engine(make_url(url), pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        migrate(self.engine)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end, or rolls back when an error leaves the block."""
        with (
            self.engine.connect().execution_options(immediate=True) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _enter_wal(connection: Any) -> None:
    """Turn WAL on: the busy timeout does not cover processes that meet at a new file."""
    deadline = time.monotonic() + 20
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA busy_timeout=20000")
    _enter_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; processes that start together wait in turn."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(8050)"))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")

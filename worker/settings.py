"""Deployment settings: read from the environment in one place, then passed in.

Data directory:

    <data_dir>/kairoscope.sqlite   the database, unless KAIROSCOPE_DATABASE_URL is set
    <data_dir>/blobs/              videos and results, unless KAIROSCOPE_BLOB_URL is set
    <data_dir>/broker/             the embedded Valkey server's socket, log and append-only file,
                                   unless KAIROSCOPE_REDIS_URL is set
    <data_dir>/cache/              local copies of remote blobs
    <data_dir>/weights/            weights that `kairoscope weights pull` got
    <data_dir>/scratch/            unfinished files of running jobs
    <data_dir>/uploads/            unfinished uploads
    <data_dir>/gallery.done        the gallery is complete; what a user deletes stays deleted
    <data_dir>/serve.lock          held by the one running `kairoscope serve`
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """Every setting is the environment variable KAIROSCOPE_<NAME>; unset means the default."""

    model_config = SettingsConfigDict(env_prefix="KAIROSCOPE_", frozen=True, extra="forbid")

    data_dir: Path = Field(default=Path(".kairoscope"), description="where everything is kept")
    host: str = Field(default="127.0.0.1", description="address the web server listens on")
    port: int = Field(default=8050, ge=1, le=65535, description="port the web server listens on")
    token: str | None = Field(
        default=None, repr=False, description="bearer token; required beyond loopback"
    )
    redis_url: str | None = Field(
        default=None, repr=False, description="Redis or Valkey server in place of the embedded one"
    )
    database_url: str | None = Field(
        default=None,
        repr=False,
        description="SQLAlchemy URL in place of SQLite",
    )
    blob_url: str | None = Field(
        default=None, repr=False, description="fsspec URL in place of the data directory's blobs/"
    )
    device: str = Field(default="auto", description="torch device: auto, cpu, cuda, cuda:1, mps")
    weights: Path | None = Field(default=None, description="attention checkpoint, not the shipped")
    flow: Literal["dis", "tvl1", "farneback"] | None = Field(
        default=None, description="optical flow, not the checkpoint's own"
    )
    recognizer: str = Field(
        default="auto", description="rtsae-dscnn, i3d, ..., none; auto: where weights are"
    )
    recognizer_weights: Path | None = Field(
        default=None, description="its checkpoint, not its own one"
    )
    plugins: str = Field(
        default="", description="files of keyframe methods, separated as in PATH; docs/plugins.md"
    )
    gallery: bool = Field(default=True, description="show rendered sample scenes")
    import_dir: Path | None = Field(
        default=None, description="the Cases page may copy UCF101 clips from below this folder"
    )
    hosts: str = Field(default="", description="further host names, separated by commas")
    max_upload_bytes: int = Field(default=8 * 2**30, gt=0, description="largest file, bytes")
    max_pixels: int = Field(default=8192 * 4320, gt=0, description="largest frame, pixels")
    max_frames: int = Field(default=200_000, gt=0, description="longest video, frames")
    max_duration_s: float = Field(default=4 * 3600, gt=0, description="longest video, seconds")
    max_uploads: int = Field(default=100, ge=1, description="unfinished uploads held at a time")
    upload_expiry_s: float = Field(
        default=86400, gt=0, description="seconds an unfinished one is kept"
    )
    retention_days: float | None = Field(
        default=None,
        gt=0,
        description="delete videos not opened for so many days",
    )
    lease_s: float = Field(default=15, gt=0, description="seconds a dead worker keeps a job")
    max_attempts: int = Field(default=3, ge=1, description="deaths that make a job poison")
    log_level: str = Field(default="INFO", description="level of all logs")

    @property
    def plugin_files(self) -> tuple[Path, ...]:
        """The files of `plugins`, each once."""
        names = dict.fromkeys(name.strip() for name in self.plugins.split(os.pathsep))
        return tuple(Path(name) for name in names if name)

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {f"KAIROSCOPE_{name.upper()}": str(value) for name, value in values.items()}

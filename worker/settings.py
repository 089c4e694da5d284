"""Deployment settings: read from the environment in one place, then passed in.

Data directory:

    <data_dir>/kairoscope.sqlite   the database, unless KAIROSCOPE_DATABASE_URL is set
    <data_dir>/blobs/              videos and results, unless KAIROSCOPE_BLOB_URL is set
    <data_dir>/broker/             the embedded Valkey server's socket, log and append-only file,
                                   unless KAIROSCOPE_REDIS_URL is set
    <data_dir>/cache/              local copies of remote blobs
    <data_dir>/serve.lock          held by the one running `kairoscope serve`
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """Every setting is the environment variable KAIROSCOPE_<NAME>; unset means the default."""

    model_config = SettingsConfigDict(env_prefix="KAIROSCOPE_", frozen=True, extra="forbid")

    data_dir: Path = Field(Path(".kairoscope"), description="where everything is kept")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    port: int = Field(8050, ge=1, le=65535, description="port the web server listens on")
    token: str | None = Field(
        None, repr=False, description="bearer token; required beyond loopback"
    )
    redis_url: str | None = Field(
        None, repr=False, description="Redis or Valkey server in place of the embedded one"
    )
    database_url: str | None = Field(
        None, repr=False, description="SQLAlchemy URL in place of SQLite in the data directory"
    )
    blob_url: str | None = Field(
        None, repr=False, description="fsspec URL in place of the data directory's blobs/"
    )
    device: str = Field("auto", description="torch device: auto, cpu, cuda, cuda:1, mps")
    weights: Path | None = Field(None, description="attention checkpoint in place of the shipped")
    flow: Literal["dis", "tvl1", "farneback"] = Field("dis", description="optical flow")
    gallery: bool = Field(True, description="render and analyse the sample scenes at first start")
    hosts: str = Field("", description="further host names served, separated by commas")
    max_upload_bytes: int = Field(8 * 2**30, gt=0, description="largest accepted file, bytes")
    max_pixels: int = Field(8192 * 4320, gt=0, description="largest accepted frame, pixels")
    max_frames: int = Field(200_000, gt=0, description="longest accepted video, frames")
    max_duration_s: float = Field(4 * 3600, gt=0, description="longest accepted video, seconds")
    max_uploads: int = Field(100, ge=1, description="unfinished uploads held at a time")
    upload_expiry_s: float = Field(86400, gt=0, description="seconds an unfinished upload is kept")
    lease_s: float = Field(15, gt=0, description="seconds until a dead worker's job runs again")
    max_attempts: int = Field(3, ge=1, description="starts of a job before it counts as poison")
    log_level: str = Field("INFO", description="level of all logs")

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for a child process."""
        values = self.model_dump(mode="json", exclude_none=True)
        return {f"KAIROSCOPE_{name.upper()}": str(value) for name, value in values.items()}

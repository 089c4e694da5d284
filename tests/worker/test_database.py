"""The schema, on SQLite and, where KAIROSCOPE_TEST_POSTGRES names one, on PostgreSQL."""

import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url, select, text

from tests.worker.scripted import ScriptedEngine
from worker import leases
from worker.database import Base, Database, clock
from worker.run_job import run_job
from worker.service import Service
from worker.settings import Settings


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    if request.param == "sqlite":
        yield Settings(data_dir=tmp_path)
        return
    server = os.environ.get("KAIROSCOPE_TEST_POSTGRES")
    if not server:
        pytest.skip("needs PostgreSQL: set KAIROSCOPE_TEST_POSTGRES to its SQLAlchemy URL")
    name = f"kairoscope_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    yield Settings(data_dir=tmp_path, database_url=url)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def test_migrations_give_exactly_the_tables_of_the_models(settings):
    database = Database(settings)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_processes_that_start_together_migrate_once(settings):
    with ThreadPoolExecutor(6) as pool:
        for database in pool.map(Database, [settings] * 6):
            database.close()


def test_clock_is_seconds_since_the_epoch(settings):
    database = Database(settings)
    with database.read() as session:
        assert session.scalar(select(clock())) == pytest.approx(time.time(), abs=1)
    database.close()


def test_failed_write_leaves_nothing(settings):
    service = Service(settings)

    def fail() -> None:
        with service.database.write() as session:
            session.execute(text("DELETE FROM workers"))
            raise KeyError("stop")

    leases.seen(service.database, "w", "host", 1)
    with pytest.raises(KeyError):
        fail()
    assert [worker.id for worker in service.workers()] == ["w"]
    service.close()


def test_a_job_from_upload_to_deletion(settings, scripted_probe, tmp_path):
    service = Service(settings)
    path = tmp_path / "video"
    path.write_text("ok")
    video = service.add_video(path, "x.mp4", truth={"phases": []})
    [job] = service.jobs_of(video.id)
    assert service.submit(video.id).id == job.id
    run_job(service, job.id, "w", ScriptedEngine())
    assert service.get_job(job.id).state == "done"
    assert service.result(job.id)["steps"]["open"]
    assert service.get_video(video.id).truth == {"phases": []}
    assert service.counts() == {
        "videos": 1, "workers": 0, "queued": 0, "running": 0, "done": 1, "failed": 0,
        "cancelled": 0,
    }  # fmt: skip
    service.delete_video(video.id)
    assert service.counts()["done"] == 0
    service.close()


def test_one_of_many_claims_at_once_wins(settings, scripted_probe, tmp_path):
    service = Service(settings)
    path = tmp_path / "video"
    path.write_text("ok")
    [job] = service.jobs_of(service.add_video(path, "x.mp4").id)

    def claim(number: int) -> bool:
        return leases.claim(service.database, job.id, f"w{number}", 60) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1
    service.close()

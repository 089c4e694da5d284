"""The schema, on SQLite and, where KAIROSCOPE_TEST_POSTGRES names one, on PostgreSQL."""

import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, make_url, select, text

from model.evaluation.truth import Annotator, GroundTruth, Phase
from tests.worker.scripted import ScriptedEngine
from worker import leases
from worker.database import Base, Database, clock
from worker.errors import NotFound
from worker.run_job import run_job
from worker.service import Service
from worker.settings import Settings
from worker.types import Listing, Order, Sort

TRUTH = GroundTruth((Annotator("ann", (1, 5), ((2, 4),)),))


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


def test_a_database_of_the_first_version_keeps_its_rows(settings, monkeypatch):
    upgrade = alembic.command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr("alembic.command.upgrade", lambda config, _: upgrade(config, "0001"))
        first = Database(settings)
    insert = text(
        "INSERT INTO videos (id, name, sha256, created_at, bytes, width, height, codec, container,"
        " warnings, derivatives_ready, gallery, truth) VALUES ('v', 'x.mp4', 'abc', 5.0, 9, 4, 3,"
        " 'h264', 'MP4', '[]', true, false, :truth)"
    )
    with first.write() as session:
        session.execute(insert, {"truth": '{"phases": []}'})
    first.close()
    service = Service(settings)
    video = service.get_video("v")
    assert (video.name, video.bytes, video.truth) == ("x.mp4", 9, {"phases": []})
    assert service.annotations("v") is None
    service.set_annotations("v", TRUTH)
    assert service.annotations("v") == TRUTH
    service.close()


def test_annotations_come_with_a_scenes_own_phases(settings, scripted_probe, tmp_path):
    service = Service(settings)
    path = tmp_path / "video"
    path.write_text("ok")
    phase = {"name": "flight", "start": 3, "end": 6, "decisive": True}
    video = service.add_video(path, "x.mp4", truth={"phases": [phase]})
    own = GroundTruth((), (Phase("flight", 3, 6, True),))
    assert (service.annotations(video.id), service.ground_truth(video.id)) == (None, own)
    service.set_annotations(video.id, TRUTH)
    assert service.ground_truth(video.id) == (
        TRUTH if TRUTH.phases else replace(TRUTH, phases=own.phases)
    )
    service.set_annotations(video.id, None)
    assert service.ground_truth(video.id) == own
    for call in (service.annotations, service.ground_truth):
        with pytest.raises(NotFound):
            call("gone")
    with pytest.raises(NotFound):
        service.set_annotations("gone", TRUTH)
    service.close()


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


def test_the_library_finds_tags_deletes_and_restores(settings, scripted_probe, tmp_path):
    service = Service(settings)
    for name in ("a", "b"):
        path = tmp_path / name
        path.write_text(f"ok {name}")
        service.add_video(path, name)
    a, b = (video.id for video in service.library.find(Listing(sort="name")))
    service.library.retag([a, b], ["x", "y"], ["z"])
    service.library.retag([b], (), ["y"])
    for sort in get_args(Sort):
        for order in get_args(Order):
            listing = Listing("", ("x", "y"), "queued", False, sort, order)
            assert [video.id for video in service.library.find(listing)] == [a]
    assert service.library.tags() == {"x": 2, "y": 1}
    assert service.library.delete([a, b, "c"])[1] == [a, b]
    assert service.library.storage().videos == 0
    assert service.library.restore([a]) == [a]
    service.library.sweep()
    assert service.library.latest_jobs([a, b])[a].state == "cancelled"
    service.close()

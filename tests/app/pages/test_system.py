"""What the system page says of the platform."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.pages.system import ids
from app.pages.system.layout import digests, live, plugged, settings
from model.methods.outside import Plugin
from tests.app.pages.words import words
from worker.system import Backends, Failure, Queue, Setting, System, Work
from worker.types import Storage, Worker

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def now() -> System:
    worker = Worker("w1", "gpu-box", 77, NOON - timedelta(hours=1), NOON, "cuda:0")
    work = Work("w1", "j1", "v1", "a jump.avi", "decode", 0.42, 7.0, "cuda:0")
    error = {"detail": "0 of 9 frames decode", "hint": "Convert it."}
    return System(
        workers=[worker],
        work=[work],
        queue=Queue(3, 1, 1234, 2, 0, NOON - timedelta(seconds=65)),
        failures=[Failure("j0", "v0", "broken.avi", NOON, error)],
        versions={"torch": "2.13.0"},
        backends=Backends("postgresql", "17.2", "0004", "embedded Valkey", 2),
        data_dir="/data",
        storage=Storage(5, 3_000_000, 2_000_000, 1_000, 9_000_000_000, None),
        folders={"uploads": 10, "cache": 0, "weights": 50_000_000, "scratch": 0},
        settings=[],
    )


def said(now: System, id: str) -> str:
    return words(live(now, NOON)[id])


def links(part: Any) -> list[str]:
    return [p.href for p in part._traverse() if hasattr(p, "href")]


def test_a_worker_tells_where_it_runs_and_what_with_a_link(now: System) -> None:
    part = live(now, NOON)[ids.WORKERS]
    assert "gpu-box process 77 · since 2026-01-01 11:00 UTC · on cuda:0" in words(part)
    assert "a jump.avi Decoding and scoring · 42 % · 7.0 s left" in words(part)
    assert links(part) == ["/v/v1?run=j1"]


def test_an_idle_worker_and_none_at_all(now: System) -> None:
    assert "Idle" in said(replace(now, work=[]), ids.WORKERS)
    nobody = replace(now, workers=[], work=[])
    assert "kairoscope serve" in said(nobody, ids.WORKERS)
    assert "Workers 0 nothing is analysed" in said(nobody, ids.QUEUE)


def test_the_queue_is_counted_and_its_oldest_told(now: System) -> None:
    assert said(now, ids.QUEUE) == (
        "Workers 1 Running 1 Waiting 3 the oldest for 1 min 05 s Finished 1,234 Failed 2 "
        "Cancelled 0"
    )


def test_a_failure_tells_cause_fix_and_where(now: System) -> None:
    part = live(now, NOON)[ids.FAILURES]
    assert words(part) == ("broken.avi 2026-01-01 12:00:00 UTC 0 of 9 frames decode  Convert it.")
    assert links(part) == ["/v/v0?run=j0"]
    assert said(replace(now, failures=[]), ids.FAILURES) == "None."


def test_disk_and_platform(now: System) -> None:
    disk = said(now, ids.DISK)
    for part in ("/data", "Originals 3.0 MB", "Weights 50.0 MB", "Free 9.0 GB"):
        assert part in disk
    assert "PostgreSQL 17.2 Schema 0004 Broker embedded Valkey 2 messages" in said(
        now, ids.PLATFORM
    )
    down = replace(now, backends=replace(now.backends, broker_messages=None))
    assert "does not answer" in said(down, ids.PLATFORM)


def test_only_a_section_that_changed_is_replaced(now: System) -> None:
    before = digests(live(now, NOON))
    assert digests(live(now, NOON)) == before
    moved = replace(now, work=[replace(now.work[0], progress=0.5)])
    after = digests(live(moved, NOON))
    assert [id for id in ids.LIVE if after[id] != before[id]] == [ids.WORKERS]


def test_settings_that_were_set_come_first_and_no_secret_is_shown() -> None:
    found = [
        Setting("KAIROSCOPE_HOST", "127.0.0.1", False, False, "address"),
        Setting("KAIROSCOPE_TOKEN", None, True, True, "bearer token"),
    ]
    shown = words(settings(found))
    assert shown.index("KAIROSCOPE_TOKEN set, not shown") < shown.index("1 setting at the default")
    assert "KAIROSCOPE_HOST 127.0.0.1 address" in shown
    assert "All are at their defaults." in words(settings(found[:1]))


def test_a_faulty_plug_in_says_what_is_wrong() -> None:
    shown = words(plugged([Plugin("mine.py", {}, "0" * 64, "no such module")]))
    assert shown == "mine.py no method no such module"
    assert "None" in words(plugged([]))

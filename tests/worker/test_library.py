"""The library: finding, tagging, deleting with a way back, retention, the room it takes."""

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from model.errors import InvalidParameter
from tests.worker.scripted import ScriptedEngine
from worker import keeper
from worker import library as library_module
from worker.database import JobRow, VideoRow, clock
from worker.errors import NotFound
from worker.library import DAY_S, MOST_TAGS, Library, clean_tags
from worker.run_job import run_job
from worker.service import Service
from worker.settings import Settings
from worker.sweep import sweep
from worker.types import Listing, Video

NAMES = ("Pole_Vault%1.mp4", "pole vault 2.mp4", "jump.avi", "archery.mkv")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("data")
    return Settings(data_dir=folder, retention_days=30, gallery=False)


@pytest.fixture
def library(service: Service) -> Library:
    """An empty one."""
    with service.database.write() as session:
        session.execute(delete(VideoRow))
    shutil.rmtree(service.settings.data_dir / "blobs", ignore_errors=True)
    return service.library


@pytest.fixture
def add(service: Service, library: Library) -> Callable[..., Video]:
    """Adds a video of this name, and sets columns of its row."""

    def add(name: str, **columns: object) -> Video:
        path = service.settings.data_dir / "incoming"
        path.write_text(f"ok\n{name}")
        video = service.add_video(path, name, gallery=bool(columns.pop("gallery", False)))
        if columns:
            with service.database.write() as session:
                change = update(VideoRow).where(VideoRow.id == video.id).values(**columns)
                session.execute(change)
        return service.get_video(video.id)

    return add


@pytest.fixture
def four(add: Callable[..., Video]) -> list[Video]:
    """Four videos, each added a second after the one before."""
    facts = ((9.0, 90, 4), (3.0, 30, 3), (None, None, 2), (6.0, 60, 1))
    return [
        add(name, created_at=1000.0 + number, duration_s=seconds, frames=frames, bytes=size)
        for number, (name, (seconds, frames, size)) in enumerate(zip(NAMES, facts, strict=True))
    ]


def finish(service: Service, video: Video, state: str) -> None:
    """End the video's analysis in this state."""
    with service.database.write() as session:
        session.execute(update(JobRow).where(JobRow.video_id == video.id).values(state=state))


def over(service: Service, video: Video) -> None:
    """The video was deleted too long ago to come back."""
    past = clock() - library_module.GRACE_S - 1
    with service.database.write() as session:
        session.execute(update(VideoRow).where(VideoRow.id == video.id).values(deleted_at=past))


@pytest.mark.parametrize(
    ("sort", "falling"),
    [("added", [3, 2, 1, 0]), ("duration", [0, 3, 1, 2]), ("frames", [0, 3, 1, 2]),
     ("size", [0, 1, 2, 3])],
)  # fmt: skip
def test_sorts_and_puts_what_is_unknown_last(library, four, sort, falling):
    def order(**how: str) -> list[int]:
        return [NAMES.index(video.name) for video in library.find(Listing(sort=sort, **how))]

    assert order() == order(order="desc") == falling
    known = [number for number in falling if sort not in ("duration", "frames") or number != 2]
    assert order(order="asc") == known[::-1] + falling[len(known) :]


def test_names_sort_as_people_read_them(library, four):
    names = [video.name for video in library.find(Listing(sort="name"))]
    assert names == ["archery.mkv", "jump.avi", "pole vault 2.mp4", "Pole_Vault%1.mp4"]


def test_pages_share_and_miss_nothing_where_all_are_alike(service, library, four):
    with service.database.write() as session:
        session.execute(update(VideoRow).values(bytes=7))
    for order in ("asc", "desc"):
        listing = Listing(sort="size", order=order)
        pages = [library.find(listing, offset, 1)[0].id for offset in range(4)]
        assert sorted(pages) == sorted(video.id for video in four)
        assert library.find(listing, 4, 1) == []


def test_finds_by_name_and_tag_any_case_and_no_wildcards(library, four):
    library.retag([four[2].id], ["Vaulting"])
    wanted = {"VAULT": {0, 1, 2}, "vault%": {0}, "_": {0}, "nosuch": set(), "": {0, 1, 2, 3}}
    for query, numbers in wanted.items():
        found = library.find(Listing(query))
        assert {NAMES.index(video.name) for video in found} == numbers, query
        assert library.count(Listing(query)) == len(numbers)


def test_filters_join(service, library, four, add):
    add("scene.mp4", gallery=True)
    library.retag([four[0].id, four[1].id], ["a", "b"])
    library.retag([four[2].id], ["a"])
    finish(service, four[0], "done")
    finish(service, four[1], "failed")
    names = [(Listing(tags=("a",)), {0, 1, 2}), (Listing(tags=("a", "b")), {0, 1}),
             (Listing(tags=("a", "b"), state="failed"), {1}), (Listing(state="active"), {2, 3}),
             (Listing(state="running"), set()), (Listing("jump", ("a",), "queued", False), {2}),
             (Listing(gallery=False), {0, 1, 2, 3})]  # fmt: skip
    for listing, numbers in names:
        found = [v for v in library.find(listing) if not v.gallery]
        assert {NAMES.index(video.name) for video in found} == numbers, listing
    assert [video.name for video in library.find(Listing(gallery=True))] == ["scene.mp4"]


def test_the_state_is_that_of_the_newest_analysis(service, library, four):
    finish(service, four[0], "failed")
    again = service.submit(four[0].id, {"sms": {}})
    assert library.latest_jobs([four[0].id, "unknown"]) == {four[0].id: again}
    assert four[0].id in {video.id for video in library.find(Listing(state="queued"))}
    assert library.count(Listing(state="failed")) == 0
    with service.database.write() as session:
        session.delete(session.get_one(JobRow, service.jobs_of(four[3].id)[0].id))
    assert [video.id for video in library.find(Listing(state="none"))] == [four[3].id]


def test_tags_come_and_go_on_many_at_once(library, service, four):
    ids = [video.id for video in four[:2]]
    assert sorted(library.retag([*ids, "unknown"], [" slow  motion ", "ball", "ball"])) == ids
    library.retag(ids[:1], ["to check"], ["ball"])
    assert service.get_video(ids[0]).tags == ("slow motion", "to check")
    assert library.tags() == {"ball": 1, "slow motion": 2, "to check": 1}
    service.delete_video(ids[0])
    assert library.tags() == {"ball": 1, "slow motion": 1}


@pytest.mark.parametrize("tag", ["", "  ", "x" * 51, "a,b", "a\x00b"])
def test_what_is_no_tag_is_refused(library, four, tag):
    with pytest.raises(InvalidParameter) as raised:
        library.retag([four[0].id], ["fine", tag])
    assert raised.value.pointer == "/tags"
    assert library.tags() == {}


def test_a_video_has_so_many_tags_at_most(library, service, four):
    library.retag([four[0].id], [f"tag {n}" for n in range(MOST_TAGS)])
    with pytest.raises(InvalidParameter):
        library.retag([four[1].id, four[0].id], ["one more"])
    assert service.get_video(four[1].id).tags == ()
    library.retag([four[0].id], ["one more"], ["tag 0"])


def test_tags_are_compared_in_one_form_of_unicode():
    assert clean_tags(["Hu\u0308rde", "H\u00fcrde"]) == ["H\u00fcrde"]


def test_deleting_many_stops_their_analyses_and_is_undone(service, library, four):
    finish(service, four[0], "done")
    ids = [video.id for video in four[:2]]
    deleted, stopped = library.delete([*ids, "unknown"])
    assert sorted(deleted) == sorted(ids)
    assert stopped == [four[1].id]
    assert {video.id for video in library.find(Listing())} == {four[2].id, four[3].id}
    assert service.counts()["videos"] == service.counts()["queued"] == 2
    assert library.delete(ids) == ([], [])
    with pytest.raises(NotFound):
        service.submit(ids[0])
    library.sweep()
    assert sorted(library.restore([*ids, "unknown"])) == sorted(ids)
    assert [service.jobs_of(id)[0].state for id in ids] == ["done", "cancelled"]
    assert library.restore(ids)  # again changes nothing


def test_what_was_deleted_too_long_ago_is_gone(service, library, four):
    video = four[0]
    library.retag([video.id], ["a"])
    service.delete_video(video.id)
    over(service, video)
    assert library.restore([video.id]) == []
    library.sweep()
    assert not library.holds(video.id)
    assert not service.blobs.exists(f"videos/{video.id}/original")
    assert library.tags() == {}
    assert library.find(Listing(), 0, 9) == [service.get_video(v.id) for v in four[:0:-1]]


def test_the_same_bytes_again_bring_a_deleted_video_back_or_begin_anew(service, library, add):
    video = add("jump.mp4")
    library.retag([video.id], ["a"])
    service.delete_video(video.id)
    assert add("jump.mp4").id == video.id
    assert service.get_video(video.id).tags == ("a",)
    service.delete_video(video.id)
    over(service, video)
    anew = add("jump.mp4")
    assert (anew.id == video.id, anew.tags) == (False, ())
    assert service.blobs.exists(f"videos/{anew.id}/original")
    assert not service.blobs.exists(f"videos/{video.id}/original")


def test_retention_spares_what_was_opened_is_analysed_or_in_the_gallery(service, library, add):
    old = {"created_at": 1000.0}
    unused, opened, busy = (add(name, **old) for name in ("unused", "opened", "busy"))
    add("scene", gallery=True, **old)
    add("new")
    for video in (unused, opened):
        finish(service, video, "done")
    finish(service, library.find(Listing("scene"))[0], "done")
    library.opened(opened.id)
    library.sweep()
    assert {video.name for video in library.find(Listing())} == {"opened", "busy", "scene", "new"}
    assert library.restore([unused.id]) == [unused.id]
    assert busy.opened_at is None


def test_retention_counts_in_days(service, library, add):
    with service.database.read() as session:
        now = session.scalar(clock().select())
    for days in (29, 31):
        finish(service, add(f"{days}", created_at=now - days * DAY_S), "done")
    library.sweep()
    assert [video.name for video in library.find(Listing())] == ["29"]


def test_storage_is_what_the_files_take(service, library, add):
    video = add("jump.mp4")
    add("other.mp4")
    run_job(service, service.jobs_of(video.id)[0].id, "w", ScriptedEngine())
    kept = library.storage()
    blobs = service.settings.data_dir / "blobs"
    sizes = {path: path.stat().st_size for path in blobs.rglob("*") if path.is_file()}
    originals = sum(size for path, size in sizes.items() if path.name == "original")
    results = sum(size for path, size in sizes.items() if "results" in path.parts)
    assert kept.videos == 2
    assert (kept.originals_bytes, kept.results_bytes) == (originals, results)
    assert kept.originals_bytes + kept.derivatives_bytes + results == sum(sizes.values())
    assert kept.free_bytes > 0
    assert kept.retention_days == 30


def test_sizes_that_an_earlier_version_did_not_note_are_measured(service, library, add):
    video = add("jump.mp4")
    run_job(service, service.jobs_of(video.id)[0].id, "w", ScriptedEngine())
    noted = library.storage()
    with service.database.write() as session:
        session.execute(update(VideoRow).values(derived_bytes=None))
        session.execute(update(JobRow).values(result_bytes=None))
    assert library.storage().results_bytes == 0
    sweep(service.settings, service.database)
    again = library.storage()
    assert again.results_bytes == noted.results_bytes > 0
    assert again.derivatives_bytes == noted.derivatives_bytes > 0


def test_a_keeper_sweeps(service, library, four, wait_for, monkeypatch):
    monkeypatch.setattr(keeper, "SWEEP_S", 0.0)
    service.delete_video(four[0].id)
    over(service, four[0])
    keeping = keeper.Keeper(service, "worker", "host")
    keeping.start()
    try:
        wait_for(lambda: not library.holds(four[0].id))
    finally:
        keeping.stop()
    assert library.holds(four[1].id)

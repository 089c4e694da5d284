"""What the library's page says, and what it sends when something changed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from dash import Patch

from app.pages.library import ids
from app.pages.library.callbacks import changes
from app.pages.library.cards import card, cards
from app.pages.library.layout import AT_ONCE, library_page, shown, storage_line
from app.pages.library.view import MOST_SHOWN, PAGE_SIZE, parameters, parse, view_of
from tests.app.pages.words import words
from worker.types import Job, Listing, Storage, Video


def test_a_running_card_tells_stage_progress_and_time_left(video: Video, job: Job) -> None:
    assert "Decoding and scoring · 42 % · 7.0 s left" in words(card(video, job))
    assert "RTSAE" in words(card(video, replace(job, stage="rtsae")))


def test_a_failed_card_tells_cause_and_fix(video: Video, job: Job) -> None:
    error = {"title": "unreadable video", "detail": "0 of 9 frames decode", "hint": "Convert it."}
    said = words(card(video, replace(job, state="failed", error=error)))
    assert "0 of 9 frames decode" in said
    assert "Convert it." in said


def test_names_and_tags_stay_text(video: Video, job: Job) -> None:
    evil = "<img src=x onerror=alert(1)>"
    said = json.dumps(card(replace(video, name=evil, tags=("a&b", evil)), job).to_plotly_json(),
                      default=lambda part: part.to_plotly_json())  # fmt: skip
    assert evil in words(card(replace(video, name=evil), job))
    assert "/?tag=a%26b" in said
    assert "/?tag=%3Cimg+src%3Dx" in said


@pytest.mark.parametrize(
    ("search", "listing", "show"),
    [
        ("", Listing(), 60),
        (None, Listing(), 60),
        ("?q=long+jump&tag=a&tag=b%2Cc", Listing("long jump", ("a", "b,c")), 60),
        ("?state=active&from=own&sort=name&order=desc&show=180",
         Listing("", (), "active", False, "name", "desc"), 180),
        ("?from=gallery", Listing(gallery=True), 60),
        ("?state=x&from=y&sort=z&order=up&show=-1&other=1", Listing(), 60),
        ("?show=999999", Listing(), MOST_SHOWN),
        ("?show=٣٠٠", Listing(), 60),
    ],
)  # fmt: skip
def test_the_address_says_what_is_shown(search: Any, listing: Listing, show: int) -> None:
    assert parse(search) == (listing, show)


def test_the_page_is_busy_while_a_job_runs_and_says_when_it_is_empty(shelf: Any, job: Job) -> None:
    assert view_of(shelf, "").busy
    shelf.jobs = [replace(job, state="done")]
    assert not view_of(shelf, "").busy
    said = words(cards(view_of(shelf, "?q=dive")))
    assert "No clip is named or tagged “dive”. Show all videos" in said
    assert "under these filters." in words(cards(view_of(shelf, "?q=dive&state=done")))
    shelf.videos = []
    assert "No videos yet" in words(cards(view_of(shelf, "")))
    assert "No video matches these filters." in words(cards(view_of(shelf, "?from=own")))


def test_only_what_changed_is_sent(shelf: Any, video: Video, job: Job) -> None:
    shelf.videos = [replace(video, id=f"v{n}") for n in range(PAGE_SIZE + 5)]
    shelf.jobs = [replace(job, id=f"j{n}", video_id=f"v{n}", revision=1) for n in range(3)]
    before = shown(view_of(shelf, ""))
    assert len(before["marks"]) == PAGE_SIZE
    assert shown(view_of(shelf, "")) == before
    shelf.jobs[1] = replace(shelf.jobs[1], revision=2)
    shelf.videos[4] = replace(shelf.videos[4], tags=("new",))
    patch = changes(view_of(shelf, "?show=120"), before["marks"])
    assert isinstance(patch, Patch)
    operations = patch.to_plotly_json()["operations"]
    assert [(one["operation"], one["location"]) for one in operations] == [
        ("Assign", [1]), ("Assign", [4]), ("Extend", []),
    ]  # fmt: skip
    del shelf.videos[0]
    anew = changes(view_of(shelf, ""), before["marks"])
    assert [one.id for one in anew] == [f"card-v{n}" for n in range(1, PAGE_SIZE + 1)]


def test_one_tick_brings_what_is_below_the_first_screen(shelf: Any, video: Video) -> None:
    shelf.videos = [replace(video, id=f"v{n}") for n in range(PAGE_SIZE + 5)]
    parts = {getattr(part, "id", None): part for part in library_page(shelf, "")}
    drawn = parts[ids.GRID].children
    assert [one.id for one in drawn] == [f"card-v{n}" for n in range(AT_ONCE)]
    assert parts[ids.REST].max_intervals == 1
    patch = changes(view_of(shelf, ""), parts[ids.SHOWN].data["marks"])
    [operation] = patch.to_plotly_json()["operations"]
    assert operation["operation"] == "Extend"
    assert len(operation["params"]["value"]) == PAGE_SIZE - AT_ONCE
    del shelf.videos[AT_ONCE:]
    parts = {getattr(part, "id", None): part for part in library_page(shelf, "")}
    assert parts[ids.REST].max_intervals == 0


def test_from_nothing_to_something_and_back(shelf: Any, video: Video) -> None:
    nothing = view_of(shelf, "?q=dive")
    assert len(changes(view_of(shelf, ""), nothing.marks)) == 1
    assert "No clip" in words(changes(nothing, view_of(shelf, "").marks))


def test_the_page_opens_as_its_address_says(shelf: Any) -> None:
    page = library_page(shelf, "?q=dive")
    said = json.dumps(page, default=lambda part: part.to_plotly_json())
    assert '"value": "dive"' in said
    assert '"data": "q=dive"' in said
    assert "0 videos" in words(page)


def test_storage_is_told_with_the_days_that_unused_videos_stay() -> None:
    storage = Storage(2, 3_000_000, 500_000, 20_000, 7_000_000_000, 1.0)
    assert storage_line(storage) == (
        "2 videos, 3.5 MB · 7.0 GB free · what nobody opens for 1 day is deleted"
    )
    assert storage_line(Storage(1, 5, 0, 0, None, None)) == "1 video, 5 B"


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("", []),
        ("?show=120&sort=added&state=nonsense", []),
        ("?q=a&tag=b&tag=c&state=active&from=gallery&sort=name&order=desc",
         [("q", "a"), ("tag", "b"), ("tag", "c"), ("state", "active"), ("order", "desc"),
          ("gallery", "true"), ("sort", "name")]),
        ("?from=own", [("gallery", "false")]),
    ],
)  # fmt: skip
def test_an_export_asks_for_the_videos_of_the_address(
    address: str, query: list[tuple[str, str]]
) -> None:
    assert parameters(parse(address)[0]) == query

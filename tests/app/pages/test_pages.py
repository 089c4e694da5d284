"""What the pages say for each state of a video."""

import json
from dataclasses import replace
from typing import Any

import pytest
from dash.development.base_component import Component

from app.pages import text
from app.pages.library.layout import card, grid
from app.pages.shell import page_of
from app.pages.video.view import Look, keyframes_of, shown
from model.types import Analysis, FrameScores
from worker.types import Job, Video

ROUTE = {"search": "", "theme": "light", "gutter": 176}


def words(part: Any) -> str:
    """The text of a layout, in reading order."""
    if isinstance(part, str):
        return part
    if isinstance(part, list | tuple):
        return " ".join(filter(None, map(words, part)))
    return words(getattr(part, "children", "")) if isinstance(part, Component) else ""


def open_page(shelf: Any, pathname: str, search: str = "") -> str:
    return words(page_of(shelf, {**ROUTE, "pathname": pathname, "search": search}))


def test_a_running_card_tells_stage_progress_and_time_left(video: Video, job: Job) -> None:
    assert "Decoding and scoring · 42 % · 7.0 s left" in words(card(video, job))
    assert "RTSAE" in words(card(video, replace(job, stage="rtsae")))


def test_a_failed_card_tells_cause_and_fix(video: Video, job: Job) -> None:
    error = {"title": "unreadable video", "detail": "0 of 9 frames decode", "hint": "Convert it."}
    said = words(card(video, replace(job, state="failed", error=error)))
    assert "0 of 9 frames decode" in said
    assert "Convert it." in said


def test_a_name_stays_text(video: Video, job: Job) -> None:
    name = "<img src=x onerror=alert(1)>.mp4"
    assert name in words(card(replace(video, name=name), job))


def test_the_grid_is_busy_while_a_job_runs_and_says_when_it_is_empty(shelf: Any, job: Job) -> None:
    assert grid(shelf, "", 1)[1] is True
    shelf.jobs = [replace(job, state="done")]
    assert grid(shelf, "", 1)[1] is False
    assert "No clip is named like “dive”." in words(grid(shelf, "dive", 1)[0])
    shelf.videos = []
    assert "No videos yet" in words(grid(shelf, "", 1)[0])


def test_the_video_page_has_the_numbers_of_its_analysis(finished: Any) -> None:
    said = open_page(finished, "/v/v1")
    for part in ("RTSAE (attention) 2 17 % 1.50", "75 % saved", "2 frames do not decode.", "Few."):
        assert part in said
    assert "flight" in said
    assert "highest, 0.4, at 0.60 seconds. The gate is open at 0.00, 0.60 seconds." in said


def test_the_page_tells_the_action_and_what_each_method_keeps_of_it(finished: Any) -> None:
    said = open_page(finished, "/v/v1")
    for part in (
        "Action long jump 75 % pole vault 25 %",
        "RTSAE (attention) kept 2 75 %",
        "Uniform pole vault 1 88 %",
        "rtsae-dscnn (compact, 2 classes) computed 4 of 8 steps to the end, 4.0 G of 8.0 G",
        "50 % saved",
        "Keyframes are recognised at the nearest of 8 steps.",
    ):
        assert part in said


def test_without_recognition_the_page_says_nothing_of_actions(
    finished: Any, analysis: Analysis
) -> None:
    finished.results["j1"] = replace(analysis, recognition={}).to_json()
    assert "Action" not in open_page(finished, "/v/v1")


def test_while_it_runs_the_page_draws_the_partial_scores(
    shelf: Any, job: Job, steps: FrameScores
) -> None:
    said = open_page(shelf, "/v/v1")
    assert "42 %" in said
    assert "Cancel" in said
    shelf.jobs = [replace(job, partial=steps.to_json())]
    figure = shown(shelf, "v1", None).attention(Look())
    assert figure.data[0].y.tolist() == steps.phi_S.tolist()


def test_failure_and_cancellation_offer_another_try(shelf: Any, job: Job) -> None:
    error = {"detail": "the worker died 3 times", "hint": "Try a shorter clip."}
    shelf.jobs = [replace(job, state="failed", error=error)]
    said = open_page(shelf, "/v/v1")
    assert "the worker died 3 times" in said
    assert "Try a shorter clip." in said
    assert "Try again" in said
    shelf.jobs = [replace(job, state="cancelled")]
    assert "This analysis was cancelled." in open_page(shelf, "/v/v1")


def test_the_page_follows_the_job_with_the_keyframes_of_the_address(shelf: Any, job: Job) -> None:
    shelf.jobs = [replace(job, id="newest"), replace(job, id="eight", keyframes=8)]
    assert shown(shelf, "v1", 8).job.id == "eight"
    assert shown(shelf, "v1", None).job.id == "newest"
    assert shown(shelf, "v1", 5).job.id == "newest"


@pytest.mark.parametrize("pathname", ["/v/none", "/v", "/x", "/v/v1/more"])
def test_what_is_not_there_is_said_to_be_not_found(shelf: Any, pathname: str) -> None:
    assert "Not found" in open_page(shelf, pathname)


def test_every_page_is_plain_json(finished: Any) -> None:
    for pathname in ("/", "/v/v1"):
        page = page_of(finished, {**ROUTE, "pathname": pathname})
        assert json.loads(json.dumps([part.to_plotly_json()["type"] for part in page]))


@pytest.mark.parametrize(
    ("search", "keyframes"),
    [("", None), (None, None), ("?k=8", 8), ("?t=1&k=3", 3), ("?k=0", None), ("?k=x", None)],
)
def test_keyframes_of_an_address(search: str | None, keyframes: int | None) -> None:
    assert keyframes_of(search) == keyframes


def test_numbers_read_well() -> None:
    assert [text.seconds(s) for s in (None, 4.56, 42, 125, 3720)] == [
        "–", "4.6 s", "42 s", "2 min 05 s", "1 h 02 min",
    ]  # fmt: skip
    assert text.count(1, "frame") == "1 frame"
    assert text.count(12_345, "frame") == "12,345 frames"
    assert text.share(1, 200) == "0.5 %"
    assert text.share(1, 3) == "33 %"
    assert text.quantity(2.4e9) == "2.4 G"

"""What the page of two videos says."""

from dataclasses import replace
from typing import Any

import pytest

from app.pages.compare.layout import address
from app.pages.shell import page_of
from model.types import Analysis
from tests.app.pages.words import words
from worker.types import Job, Video

ROUTE = {"pathname": "/compare", "theme": "light", "gutter": 176}


@pytest.fixture
def two(finished: Any, video: Video, job: Job, analysis: Analysis) -> Any:
    """A shelf of two analysed videos; the second without phases, by one method."""
    finished.videos.append(replace(video, id="v2", name="run.avi", truth=None))
    finished.jobs.append(replace(finished.jobs[0], id="j2", video_id="v2"))
    methods = {"uniform": analysis.methods["uniform"]}
    finished.results["j2"] = replace(analysis, methods=methods, recognition={}).to_json()
    return finished


def opened(shelf: Any, search: str) -> list[Any]:
    """Every component of the page."""
    page = page_of(shelf, {**ROUTE, "search": search})
    return [part for top in page if top is not None for part in [top, *top._traverse()]]


def of_class(parts: list[Any], name: str) -> list[Any]:
    return [part for part in parts if name in str(getattr(part, "className", "")).split()]


def said(part: Any) -> str:
    return " ".join(words(part).split())


def links(parts: list[Any]) -> list[str]:
    return [part.href for part in parts if getattr(part, "href", None)]


def test_each_side_has_its_player_rows_action_and_scores(two: Any) -> None:
    parts = opened(two, "?a=v1&b=v2")
    a, b = of_class(parts, "side")
    assert said(a).startswith("jump.avi leads 0.000 s Recognised: long jump , 75 % Ground truth")
    assert "RTSAE (attention) 2 kept · 17 %" in said(a)
    assert said(a).endswith("Method Decisive ● RTSAE (attention) 1.00 ✖ Uniform 1.00")
    assert said(b).startswith("run.avi leads 0.000 s No action was recognised. Film")
    rows = [getattr(part, "data-method", "") for part in b._traverse()]
    assert [row for row in rows if row] == ["uniform"]
    ids = [part.id for part in parts if getattr(part, "id", None)]
    assert len(ids) == len(set(ids))
    [states] = [part.data for part in parts if getattr(part, "id", "") == "compare-states"]
    assert [(state["video"], state["job"]) for state in states] == [("v1", "j1"), ("v2", "j2")]


def test_a_video_may_stand_beside_itself_and_both_may_change_places(two: Any) -> None:
    parts = opened(two, "?a=v1&b=v1")
    assert len(of_class(parts, "side")) == 2
    assert address("v2", "v1") in links(opened(two, "?a=v1&b=v2"))


def test_an_unfinished_analysis_says_where_it_stands(two: Any, job: Job) -> None:
    two.jobs[1] = replace(job, id="j2", video_id="v2")
    side = of_class(opened(two, "?a=v1&b=v2"), "side")[1]
    assert "Decoding and scoring, 42 %." in words(side)
    two.jobs[1] = replace(two.jobs[1], state="failed")
    assert "newest analysis failed" in words(of_class(opened(two, "?a=v1&b=v2"), "side")[1])
    two.jobs.pop()
    assert "Not analysed yet" in words(of_class(opened(two, "?a=v1&b=v2"), "side")[1])


def test_with_one_video_the_others_are_offered_beside_it(two: Any) -> None:
    parts = opened(two, "?a=v1")
    assert "Beside jump.avi" in said(parts[0])
    assert links(parts) == [address("v1", "v1"), address("v1", "v2")]
    assert links(opened(two, "?a=v1&q=run")) == [address("v1", "v2")]
    assert "No video is called 'x'." in " ".join(map(words, opened(two, "?a=v1&q=x")))
    assert links(opened(two, "")) == [address("v1"), address("v2")]


@pytest.mark.parametrize("search", ["?a=gone", "?a=v1&b=gone", "?a=gone&b=v1"])
def test_a_video_that_is_not_there_is_said_to_be(two: Any, search: str) -> None:
    page = page_of(two, {**ROUTE, "search": search})
    assert "Not found" in words(page)
    assert "gone" in words(page)


def test_the_video_page_leads_there(two: Any) -> None:
    page = page_of(two, {**ROUTE, "pathname": "/v/v1", "search": ""})
    assert "/compare?a=v1" in links([part for top in page if top for part in top._traverse()])

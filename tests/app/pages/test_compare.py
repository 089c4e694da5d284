"""What the page of two videos says."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.pages.compare.address import address
from app.pages.compare.side import scored
from app.pages.shell import page_of
from app.pages.video.view import Look, shown
from model.types import Analysis, Keyframes
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
    assert said(a).startswith("jump.avi leads 0.000 s Recognised: long jump , 75 % Attention over")
    assert "Ground truth flight φ t attention" in said(a)
    assert "RTSAE (attention) 2 kept · 17 %" in said(a)
    assert said(a).endswith("Method Decisive ● RTSAE (attention) 1.00 ✖ Uniform 1.00")
    assert said(b).startswith("run.avi leads 0.000 s No action was recognised. Attention over")
    rows = [getattr(part, "data-method", "") for part in b._traverse()]
    assert [row for row in rows if row] == ["uniform"]
    ids = [part.id for part in parts if getattr(part, "id", None)]
    assert len(ids) == len(set(ids))
    [states] = [part.data for part in parts if getattr(part, "id", "") == "compare-states"]
    assert [(state["video"], state["job"]) for state in states] == [("v1", "j1"), ("v2", "j2")]


def test_a_video_may_stand_beside_itself_and_both_may_change_places(two: Any) -> None:
    parts = opened(two, "?a=v1&b=v1")
    assert len(of_class(parts, "side")) == 2
    assert address("v2", "v1", "j2", "j1") in links(opened(two, "?a=v1&b=v2"))


def test_an_unfinished_analysis_says_where_it_stands(two: Any, job: Job) -> None:
    two.jobs[1] = replace(job, id="j2", video_id="v2")
    side = of_class(opened(two, "?a=v1&b=v2"), "side")[1]
    assert "Decoding and scoring, 42 %." in words(side)
    figure = next(p.figure for p in side._traverse() if getattr(p, "figure", None))
    assert [trace.y for trace in figure.data] == [(None,), (None,)]  # the empty axes
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


def test_the_video_page_leads_there_with_the_run_that_it_shows(two: Any, job: Job) -> None:
    def led(search: str) -> list[str]:
        page = page_of(two, {**ROUTE, "pathname": "/v/v1", "search": search})
        return links([part for top in page if top for part in top._traverse()])

    assert "/compare?a=v1" in led("")
    two.jobs.insert(0, replace(job, id="j0"))
    assert "/compare?a=v1&run-a=j1" in led("?run=j1")
    two.jobs[0] = replace(job, id="j0", keyframes=3)  # not shown unasked
    assert "/compare?a=v1" in led("?run=j1")
    assert "/compare?a=v1&run-a=j0" in led("?run=j0")


@pytest.fixture
def rerun(two: Any, analysis: Analysis) -> Any:
    """The same shelf, the first video with a second run: of three keyframes, by one method."""
    again = {"id": "j3", "keyframes": 3, "methods": {"uniform": {}}}
    two.jobs.append(replace(two.jobs[0], **again))  # the older one
    methods = {"uniform": analysis.methods["uniform"]}
    two.results["j3"] = replace(analysis, methods=methods).to_json()
    return two


def shown_runs(parts: list[Any]) -> list[str]:
    [states] = [part.data for part in parts if getattr(part, "id", "") == "compare-states"]
    return [state["job"] for state in states]


@pytest.mark.parametrize(
    ("search", "runs"),
    [
        ("?a=v1&b=v1", ["j1", "j1"]),
        ("?a=v1&b=v1&run-b=j3", ["j1", "j3"]),
        ("?a=v1&b=v2&run-a=j3&run-b=j2", ["j3", "j2"]),
    ],
)
def test_the_address_names_the_run_of_each_side(rerun: Any, search: str, runs: list[str]) -> None:
    assert shown_runs(opened(rerun, search)) == runs


def test_a_run_of_another_video_is_not_there(rerun: Any) -> None:
    assert "This analysis is not there" in " ".join(
        map(words, opened(rerun, "?a=v1&b=v2&run-b=j3"))
    )


def test_a_menu_offers_the_finished_runs_of_a_side_where_there_is_a_choice(
    rerun: Any, job: Job
) -> None:
    rerun.jobs.insert(0, replace(job, id="j0"))  # still running: not offered, but shown unasked
    parts = opened(rerun, "?a=v1&b=v2&run-a=j3")
    a, b = of_class(parts, "side")
    assert of_class(list(b._traverse()), "menu") == []
    [menu] = of_class(list(a._traverse()), "menu")
    assert said(menu).startswith("Run: 1 method, 3 keyframes 2 methods, own number 2026-01-01")
    entries = [part for part in menu._traverse() if getattr(part, "href", None)]
    assert [(getattr(e, "data-run"), getattr(e, "data-of")) for e in entries] == [
        ("j1", "a"), ("j3", "a"),
    ]  # fmt: skip
    assert links(entries) == [address("v1", "v2", run, "j2") for run in ("j1", "j3")]
    assert [getattr(e, "aria-current", None) for e in entries] == [None, "true"]
    assert address("v2", "v1", "j2", "j3") in links(parts)  # Swap


def test_the_first_run_is_kept_while_the_second_video_is_chosen(rerun: Any) -> None:
    parts = opened(rerun, "?a=v1&run-a=j3&q=run")
    assert links(parts) == [address("v1", "v2", "j3")]
    hidden = {p.name: p.value for p in parts if getattr(p, "type", "") == "hidden"}
    assert hidden == {"a": "v1", "run-a": "j3"}


def test_each_side_has_the_curves_of_the_video_page(two: Any) -> None:
    parts = opened(two, "?a=v1&b=v2")
    for place, video in zip("ab", ("v1", "v2"), strict=True):
        [graph] = [p for p in parts if getattr(p, "id", "") == f"video-attention-{place}"]
        look = Look(gutter=graph.figure.layout.margin.l)
        assert graph.figure.to_dict() == shown(two, video, None).attention(look).to_dict()


def test_the_scores_of_a_side_follow_the_frame_budget(two: Any, analysis: Analysis) -> None:
    quality = {"coverage": 0.25, "redundancy": 0.0}
    one = Keyframes("rtsae", np.array([11]), np.array([1.1]), np.ones(1), quality=quality)
    methods = {"rtsae": replace(analysis.methods["rtsae"], budget=(one,))}
    two.results["j1"] = replace(analysis, methods=methods).to_json()
    now = shown(two, "v1", None)
    told = [said(scored(now, budget)) for budget in (0, 1, 2)]
    assert ["Coverage" in scores for scores in told] == [False, True, False]  # 2: its own again
    assert told[1].endswith("0.25 0.00 1.00")

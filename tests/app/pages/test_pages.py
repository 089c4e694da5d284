"""What the pages say for each state of a video."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.pages import text
from app.pages.shell import page_of
from app.pages.video.comparison import compared
from app.pages.video.recognition import recognised_on
from app.pages.video.view import Look, shown
from model.evaluation.truth import Annotator, GroundTruth, Phase
from model.types import Analysis, FrameScores, Keyframes
from tests.app.pages.words import words
from worker.types import Job

ROUTE = {"search": "", "theme": "light", "gutter": 176}


def open_page(shelf: Any, pathname: str, search: str = "") -> str:
    return words(page_of(shelf, {**ROUTE, "pathname": pathname, "search": search}))


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


@pytest.mark.parametrize(
    ("search", "followed"),
    [
        ("", "newest"),
        (None, "newest"),
        ("?t=1&k=8", "eight"),
        ("?k=5", "newest"),
        ("?k=0", "newest"),
        ("?k=x", "newest"),
        ("?run=oldest&t=1", "oldest"),
        ("?run=oldest&k=8", "oldest"),
    ],
)
def test_the_page_follows_the_job_of_the_address(
    shelf: Any, job: Job, search: str | None, followed: str
) -> None:
    jobs = [replace(job, id="newest"), replace(job, id="eight", keyframes=8)]
    shelf.jobs = [*jobs, replace(job, id="oldest")]
    assert shown(shelf, "v1", search).job.id == followed


def test_earlier_runs_are_listed_and_one_that_is_gone_is_said_to_be(shelf: Any, job: Job) -> None:
    assert "runs" not in open_page(shelf, "/v/v1")
    shelf.jobs = [replace(job, id="b", keyframes=8), replace(job, id="a", state="done")]
    shelf.jobs[1] = replace(shelf.jobs[1], state="cancelled")
    said = open_page(shelf, "/v/v1", "?run=a")
    assert "2 runs 2 methods, 8 keyframes 2026-01-01 12:00:00 UTC · running" in said
    assert "2 methods, own number 2026-01-01 12:00:00 UTC · cancelled" in said
    assert "This analysis is not there" in open_page(shelf, "/v/v1", "?run=gone")


@pytest.mark.parametrize("pathname", ["/v/none", "/v", "/x", "/v/v1/more"])
def test_what_is_not_there_is_said_to_be_not_found(shelf: Any, pathname: str) -> None:
    assert "Not found" in open_page(shelf, pathname)


def test_every_page_is_plain_json(finished: Any) -> None:
    for pathname in ("/", "/v/v1"):
        page = page_of(finished, {**ROUTE, "pathname": pathname})
        assert json.loads(json.dumps([part.to_plotly_json()["type"] for part in page]))


def test_numbers_read_well() -> None:
    assert [text.seconds(s) for s in (None, 4.56, 42, 125, 3720)] == [
        "–", "4.6 s", "42 s", "2 min 05 s", "1 h 02 min",
    ]  # fmt: skip
    assert text.count(1, "frame") == "1 frame"
    assert text.count(12_345, "frame") == "12,345 frames"
    assert text.share(1, 200) == "0.5 %"
    assert text.share(1, 3) == "33 %"
    assert text.quantity(2.4e9) == "2.4 G"


def test_methods_are_compared_with_the_phases_of_a_scene_and_with_each_other(finished: Any) -> None:
    said = open_page(finished, "/v/v1")
    # rtsae has frames 0 and 6 (0.0 and 0.6 s), uniform frame 6; the flight lasts 0.2 to 0.6 s
    assert "Method Decisive" in said
    assert "RTSAE (attention) 1.00" in said  # within half a second of it
    assert "● RTSAE (attention) 0.67" in said.split("Agreement, F")[1]


def test_a_tighter_tolerance_tells_more_apart(finished: Any) -> None:
    said = words(compared(shown(finished, "v1", None), 0.1))
    assert "RTSAE (attention) 0.50" in said
    assert "Uniform 1.00" in said
    assert compared(shown(finished, "v1", None), None) == []


def test_what_people_marked_is_shown_in_lanes_and_measured(finished: Any) -> None:
    anna, ben = Annotator("anna", (0, 6)), Annotator("ben", intervals=((5, 8),))
    finished.marked["v1"] = GroundTruth((anna, ben))
    said = open_page(finished, "/v/v1")
    assert "Annotations 2 people" in said
    assert "Precision (keyframes) Recall (keyframes) F (keyframes) Precision (intervals)" in said
    assert "RTSAE (attention) 1.00 1.00 1.00" in said
    lanes = [part for part in rows_of(finished) if getattr(part, "className", "") == "lane"]
    assert [lane.title for lane in lanes] == ["anna: 2 keyframes", "ben: 1 interval"]
    marks = [getattr(mark, "data-at") for mark in lanes[0].children]
    assert marks == ["0.0", "0.6"]


def test_marks_beyond_the_clip_are_told_and_the_page_is_still_there(finished: Any) -> None:
    finished.marked["v1"] = GroundTruth((Annotator("anna", (99,)),))
    said = open_page(finished, "/v/v1")
    assert "The ground truth does not fit" in said
    assert "RTSAE (attention) 2 17 %" in said


def rows_of(shelf: Any) -> list[Any]:
    """Every component of the video page."""
    page = page_of(shelf, {**ROUTE, "pathname": "/v/v1"})
    return [part for top in page for part in top._traverse()]


def test_a_frame_budget_compares_the_answers_to_that_number(
    finished: Any, analysis: Analysis
) -> None:
    def answer(*index_K: int) -> Keyframes:
        return Keyframes("rtsae", np.array(index_K), np.array(index_K) / 10, np.ones(len(index_K)))

    kept = replace(analysis.methods["rtsae"], budget=(answer(11), answer(3, 11)))
    methods = {**analysis.methods, "rtsae": kept}
    finished.results["j1"] = replace(analysis, methods=methods).to_json()
    now = shown(finished, "v1", None)
    decisive = [words(compared(now, 0.1, budget)).split("✖")[0] for budget in (0, 1, 2, 3)]
    assert [float(said.split()[-1]) for said in decisive] == [0.5, 0.0, 0.5, 0.5]


def test_recognition_follows_the_frame_budget_and_says_what_it_stands_on(
    analysis: Analysis,
) -> None:
    found = dict(analysis.recognition)
    rtsae, uniform = found["methods"]["rtsae"], found["methods"]["uniform"]
    told = [{**uniform, "frames": 1}, {**rtsae, "frames": 2}]
    mixed = [{**rtsae, "frames": 7, "share": 0.25}]
    methods = {"rtsae": {**rtsae, "budget": told, "mixed_back": mixed}, "uniform": uniform}
    found["methods"] = methods

    def said(level: int, budget: int) -> str:
        return words(recognised_on(found, level, budget)).split("✖")[0]

    head = "Recognised on Action Steps Saved ● RTSAE (attention)"
    assert said(0, 0) == f"Own keyframes {head} kept 2 75 % "
    assert said(0, 1) == f"1 keyframe each; own keyframes of Uniform {head} pole vault 1 88 % "
    assert said(0, 2).startswith("2 keyframes each; own keyframes of Uniform")
    assert said(0, 3).startswith("Own keyframes: this analysis did not try the frame budget")
    again = "Own keyframes, and 25 % of the discarded steps again"
    # The inverse analysis begins with the own keyframes; that of uniform was left out.
    assert said(1, 2).startswith(f"{again}; own keyframes of Uniform {head}")
    found["methods"] = {"rtsae": rtsae}  # as an older analysis has it
    assert said(0, 2).startswith("Own keyframes: this analysis did not try the frame budget")


def test_steps_that_only_comparisons_computed_are_told(finished: Any, analysis: Analysis) -> None:
    def page(**compute: Any) -> str:
        told = {**analysis.compute, **compute}
        finished.results["j1"] = replace(analysis, compute=told).to_json()
        return open_page(finished, "/v/v1")

    def with_more(steps: int) -> str:
        return page(beyond_gate={"steps": 8, "recognition": 4, "comparisons": steps})

    assert "The comparisons computed 3 steps more." in with_more(3)
    assert "The comparisons computed 1 step more." in with_more(1)
    assert "The comparisons computed" not in with_more(0)
    assert "The comparisons computed" not in page()  # an older analysis does not say


def test_a_plug_in_that_failed_is_named_with_its_reason(finished: Any, analysis: Analysis) -> None:
    provenance = {"skipped": {"mine": "mine.py: ValueError: no."}}
    finished.results["j1"] = replace(analysis, provenance=provenance).to_json()
    assert "mine was skipped:  mine.py: ValueError: no." in open_page(finished, "/v/v1")


def test_phases_that_somebody_marked_are_shown(finished: Any) -> None:
    finished.marked["v1"] = GroundTruth((), (Phase("leap", 3, 5, True),))
    (phase,) = shown(finished, "v1", None).phases
    assert (phase.name, phase.decisive) == ("leap", True)
    assert (phase.start_s, phase.end_s) == pytest.approx((0.3, 0.5))
    assert "leap" in open_page(finished, "/v/v1")

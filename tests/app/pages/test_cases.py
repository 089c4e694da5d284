"""The case studies: their list, and what a guided page says of its videos."""

from dataclasses import replace
from typing import Any

import pytest

from app.figures.distribution import distribution
from app.figures.style import PALETTES
from app.pages.cases.layout import case_page, cases_page
from app.pages.cases.studies import STUDIES
from app.pages.video.view import shown
from model.types import Analysis, FrameScores
from tests.app.pages.test_pages import words
from worker.settings import Settings

ROUTE = {"theme": "light"}


@pytest.fixture
def jumps(finished: Any, analysis: Analysis) -> Any:
    """A library whose one video is a long jump; its flight holds one of two keyframes."""
    finished.videos = [replace(finished.videos[0], tags=("LongJump",), gallery=True)]
    return finished


def test_every_study_has_a_card_and_a_page(jumps: Any) -> None:
    said = words(cases_page(jumps))
    for study in STUDIES:
        assert study.title in said
        page = words(case_page(jumps, study.slug, ROUTE))
        assert study.claim in page
        assert study.look in page
    assert case_page(jumps, "no-such", ROUTE) is None


def test_the_page_says_what_the_model_does_on_a_video(jumps: Any) -> None:
    said = words(case_page(jumps, "run-up", ROUTE))
    assert "jump.avi Keyframes 2 of 12 In decisive phases 0 of 2" in said  # frame 6 is after [2, 6)
    assert "Half of the attention in 33 % of the steps" in said  # 0.4 + 0.2 of six steps
    assert "Recognised as long jump, 75 %" in said
    assert "0.00 s 0.60 s" in said
    assert "No video is tagged PoleVault" in said


def test_own_clips_stand_beside_the_gallery_and_are_counted(jumps: Any) -> None:
    [scene] = jumps.videos
    names = ("scene a", "scene b", "scene c", "scene d")
    jumps.videos = [replace(scene, id=f"g{n}", name=name) for n, name in enumerate(names)]
    jumps.videos += [replace(scene, id="own", name="v_LongJump_g01_c01.avi", gallery=False)]
    jumps.jobs = []
    assert "LongJump, PoleVault · 1 of your own" in words(cases_page(jumps))
    said = words(case_page(jumps, "run-up", ROUTE))
    assert "scene c Not analysed v_LongJump_g01_c01.avi Not analysed 1 more" in said


def test_the_form_is_there_where_the_server_may_take_clips(jumps: Any) -> None:
    assert "KAIROSCOPE_IMPORT_DIR=FOLDER" in words(cases_page(jumps))
    jumps.settings = Settings(import_dir="/data/ucf101")
    said = words(cases_page(jumps))
    assert "Folder on the server" in said
    assert "KAIROSCOPE_IMPORT_DIR" not in said


def test_a_video_that_is_not_analysed_says_so(jumps: Any) -> None:
    jumps.jobs = []
    assert "Not analysed" in words(case_page(jumps, "run-up", ROUTE))


def test_a_bar_for_every_step_and_a_band_for_every_decisive_phase(
    jumps: Any, steps: FrameScores
) -> None:
    now = shown(jumps, "v1", None)
    figure = distribution(steps, 1.2, now.phases)
    bars, opens = figure.data
    assert (opens.x.tolist(), opens.y.tolist()) == ([0.0, 0.6], [0.1, 0.4])  # without colour
    assert bars.y.tolist() == steps.phi_S.tolist()
    assert [c == PALETTES["light"].attention for c in bars.marker.color] == steps.open_S.tolist()
    (band,) = figure.layout.shapes
    assert (band.x0, band.x1) == (0.2, 0.6)

"""What the pages list, saved by the links beside their titles and read back."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.exports.lists.checkpoints import CHECKPOINTS, read_curves
from app.exports.lists.library import LIBRARY
from tests.browser.studio import CLIP

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def saved(page: Page, link: str, within: str = ".title-row") -> tuple[str, str]:
    """The name and the text of the file behind a link."""
    with page.expect_download() as begun:
        page.locator(within).get_by_role("link", name=f"Export as {link}").first.click()
    return begun.value.suggested_filename, Path(begun.value.path()).read_bytes().decode()


def test_the_library_is_saved_as_it_is_filtered(page: Page, analysed: str) -> None:
    page.goto(f"/?q={CLIP}&from=own&sort=name&show=60")
    link = page.get_by_role("link", name="Export as CSV")
    query = f"q={CLIP}&gallery=false&sort=name"
    expect(link).to_have_attribute("href", f"/api/v1/videos/export/csv?{query}")
    name, text = saved(page, "CSV")
    assert name == "library.csv"
    found = LIBRARY.read_csv(text)
    shown = page.locator("#library-grid h2 a").evaluate_all("all => all.map(a => a.pathname)")
    assert [f"/v/{video.id}" for video in found] == shown
    [video] = [video for video in found if f"/v/{video.id}" == analysed]
    newest = page.request.get(f"/api/v1/analyses?video_id={video.id}").json()[0]  # of any test
    assert (video.name, video.frames, video.run) == (CLIP, 84, newest["id"])
    assert set(video.methods) == set(newest["methods"]) != set()
    page.get_by_placeholder("Find a clip or a tag").fill("no such clip")
    other = query.replace(CLIP, "no+such+clip")
    expect(link).to_have_attribute("href", f"/api/v1/videos/export/csv?{other}")
    assert LIBRARY.read_json(saved(page, "JSON")[1]) == []


def test_the_checkpoints_and_a_training_are_saved(page: Page) -> None:
    page.goto("/models")
    name, text = saved(page, "CSV")
    assert name == "models.csv"
    headings = page.locator(".model-head h2").all_inner_texts()
    assert [model.name for model in CHECKPOINTS.read_csv(text)] == headings
    name, text = saved(page, "CSV", ".model-curves")
    drawn = page.locator(".js-plotly-plot").first.evaluate(
        "graph => graph._fullData.find(trace => trace.name === 'training').y"
    )
    assert name == f"{headings[1]}.curves.csv"
    assert read_curves(text)["loss"].tolist() == drawn


def test_the_system_and_a_case_are_saved(page: Page) -> None:
    page.goto("/system")
    name, text = saved(page, "JSON")
    assert name == "system.json"
    assert "workers" in json.loads(text)
    page.goto("/cases/moments")
    assert saved(page, "CSV")[0] == "case-moments.csv"

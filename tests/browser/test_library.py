"""The library: upload, watch the scores grow, refuse what is no video, find, delete."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.studio import PLOT, TIMES, Studio
from tests.clips import moving_square, write_clip

pytestmark = pytest.mark.browser


def test_an_upload_shows_its_scores_growing_before_the_end(page: Page, clip: Path) -> None:
    page.goto("/")
    expect(page.get_by_text("No videos yet")).to_be_visible()
    page.set_input_files("#file-input", clip)
    page.get_by_role("link", name="Open", exact=True).click()
    page.wait_for_function(
        f"() => document.querySelector('[role=progressbar]') && ({PLOT})().steps > 1"
    )
    partial = page.evaluate(PLOT)["steps"]
    assert page.locator(".cell").count() == 0
    Studio(page).ready()
    assert page.evaluate(PLOT)["steps"] > partial
    expect(page.locator("[role=progressbar]")).to_have_count(0)


def test_a_card_shows_the_facts_and_runs_through_the_clip(page: Page, analysed: str) -> None:
    page.goto("/")
    card = page.locator(".card")
    expect(card).to_contain_text(f"{len(TIMES)} frames · 224 × 224")
    expect(card).to_contain_text("Analysed · 6 methods")
    card.locator(".picture").hover()
    expect(card.locator(".scrub")).to_be_visible()


def test_what_is_no_video_is_refused_with_cause_and_fix(page: Page, errors: list[str]) -> None:
    page.goto("/")
    fake = {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": b"<html>" * 50}
    page.set_input_files("#file-input", [fake])  # type: ignore[list-item]
    row = page.locator("#uploads .failed")
    expect(row).to_contain_text("holiday.mp4")
    assert len(row.locator(".note").inner_text()) > 20
    assert "connection" not in row.inner_text()
    assert [error for error in errors if "422" not in error] == []
    errors.clear()  # the browser itself reports the 422


def test_search_finds_by_name_and_delete_asks_first(
    page: Page, analysed: str, tmp_path: Path
) -> None:
    page.goto("/")
    other = write_clip(tmp_path / "other <b>.mp4", moving_square(12))
    page.set_input_files("#file-input", other)
    card = page.locator(".card", has_text="other <b>.mp4")
    expect(card).to_be_visible()
    page.get_by_placeholder("Find a clip").fill("OTHER")
    expect(page.locator(".card")).to_have_count(1)
    card.hover()
    card.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this video?")
    expect(dialog).to_contain_text("other <b>.mp4")
    dialog.get_by_role("button", name="Keep").click()
    expect(card).to_be_visible()
    card.hover()
    card.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No clip is named like “OTHER”.")).to_be_visible()
    page.get_by_placeholder("Find a clip").fill("")
    expect(page.locator(".card")).to_have_count(1)


def test_unknown_pages_say_so(page: Page) -> None:
    page.goto("/v/nothing")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()

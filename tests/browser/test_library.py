"""The library: upload, watch the scores grow, refuse what is no video."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.shelf import open_library
from tests.browser.studio import CLIP, PLOT, TIMES, Studio

pytestmark = pytest.mark.browser
GROWING = f"""() => {{
  const running = document.querySelector("[role=progressbar]") && !document.querySelector(".cell");
  const {{steps}} = ({PLOT})();
  return running && steps > 1 && {{steps}};
}}"""


def test_an_upload_shows_its_scores_growing_before_the_end(
    page: Page, clip: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh.mp4"  # other bytes: no analysis of the clip can be used again
    fresh.write_bytes(clip.read_bytes() + bytes(8))
    page.goto("/")
    page.set_input_files("#file-input", fresh)
    page.get_by_role("link", name="Open", exact=True).click()
    partial = page.wait_for_function(GROWING).json_value()["steps"]
    Studio(page).ready()
    page.wait_for_function(f"partial => ({PLOT})().steps > partial", arg=partial)
    expect(page.locator("[role=progressbar]")).to_have_count(0)


def test_a_card_shows_the_facts_and_runs_through_the_clip(page: Page, analysed: str) -> None:
    open_library(page)
    card = page.locator(".card", has_text=CLIP)
    expect(card).to_contain_text(f"{len(TIMES)} frames · 224 × 224")
    expect(card).to_contain_text(re.compile(r"Analysed · \d+ methods?"))
    card.locator(".picture").hover()
    expect(card.locator(".scrub")).to_be_visible()


def test_what_is_no_video_is_refused_with_cause_and_fix(page: Page, errors: list[str]) -> None:
    page.goto("/")
    fake = {"name": "holiday.mp4", "mimeType": "video/mp4", "buffer": b"<html>" * 50}
    page.set_input_files("#file-input", [fake])  # type: ignore[list-item]
    row = page.locator("#uploads .refused")
    expect(row).to_contain_text("holiday.mp4")
    assert len(row.locator(".note").inner_text()) > 20
    assert "connection" not in row.inner_text()
    assert [error for error in errors if "422" not in error] == []
    errors.clear()  # the browser itself reports the 422


def test_a_refused_file_is_refused_again_and_leaves_no_trace(
    page: Page, errors: list[str], tmp_path: Path
) -> None:
    page.goto("/")
    fake = tmp_path / "not a video.mp4"
    fake.write_bytes(b"<html>" * 50)
    for times in (1, 2):
        page.set_input_files("#file-input", fake)
        refused = page.locator("#uploads .refused", has_text=fake.name)
        expect(refused).to_have_count(times)
    assert page.locator("#uploads .done").count() == 0
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('tus::'))") == []
    assert [error for error in errors if "422" not in error] == []
    errors.clear()


@pytest.fixture
def lost(page: Page, errors: list[str]) -> Iterator[list[int]]:
    """The first answer to a PATCH is lost, the next question finds the upload locked; both
    statuses, as they were given."""
    given: list[int] = []

    def answer(route: Route) -> None:
        method = route.request.method
        if (method, len(given)) == ("PATCH", 0):
            given.append(route.fetch().status)
            route.abort()
        elif (method, len(given)) == ("HEAD", 1):
            given.append(423)
            route.fulfill(status=423)
        else:
            route.continue_()

    page.route("**/api/v1/uploads/*", answer)
    yield given
    page.unroute_all()
    expected = ("ERR_FAILED", "422", "423")
    assert [error for error in errors if not any(part in error for part in expected)] == []
    errors.clear()


def test_a_refusal_whose_answer_was_lost_is_shown(
    page: Page, lost: list[int], tmp_path: Path
) -> None:
    page.goto("/")
    fake = tmp_path / "lost answer.mp4"
    fake.write_bytes(b"<html>" * 50)
    page.set_input_files("#file-input", fake)
    row = page.locator("#uploads .refused", has_text=fake.name)
    expect(row).to_be_visible()
    assert lost == [422, 423]
    assert "connection" not in row.inner_text()


def test_a_video_whose_answer_was_lost_opens(
    page: Page, analysed: str, clip: Path, lost: list[int]
) -> None:
    page.goto("/")
    page.set_input_files("#file-input", clip)
    row = page.locator("#uploads .done")
    expect(row).to_contain_text("Already here: open it")
    expect(row.locator("a")).to_have_attribute("href", analysed)
    assert lost == [204, 423]


def test_unknown_pages_say_so(page: Page) -> None:
    page.goto("/v/nothing")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    page.get_by_role("link", name="To the library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()

"""What people marked, from a file of one's own to its lanes and scores, and away again."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.studio import METHODS, TIMES, Studio, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIXEL = 1.0


@pytest.fixture
def studio(page: Page, site: str, first_run: str) -> Iterator[Studio]:
    """The page of a clip of which nobody marked anything; nor is it left so."""
    annotations = f"{site}/api/v1/videos/{first_run.split('?')[0].split('/')[-1]}/annotations"
    httpx.delete(annotations).raise_for_status()
    page.goto(first_run)
    Studio(page).ready()
    yield Studio(page)
    httpx.delete(annotations).raise_for_status()


def dialog(page: Page) -> Locator:
    """The open dialog."""
    return opened(page, "Ground truth")


def give(page: Page, path: Path) -> None:
    """Choose a file in the open dialog."""
    with page.expect_file_chooser() as chooser:
        page.locator("#import-truth").click()
    chooser.value.set_files(path)


def scores(page: Page, method: int) -> dict[str, str]:
    """The row of scores of a method by its place, by the titles above."""
    table = page.locator("#video-comparison table").first
    titles = table.locator("thead th").all_inner_texts()[1:]
    cells = table.locator("tbody tr").nth(method).locator("td").all_inner_texts()
    return dict(zip(titles, cells, strict=True))


def test_a_file_is_shown_in_lanes_and_measured_and_removed(studio: Studio, tmp_path: Path) -> None:
    page, file = studio.page, tmp_path / "marks.csv"
    kept = [frame["index"] for frame in studio.result()["methods"]["uniform"]["keyframes"]]
    rows = [f"anna,{index}" for index in kept] + [f"ben,{kept[0]}"]
    file.write_text("\n".join(["annotator,index", *rows]))
    expect(page.locator(".lane")).to_have_count(0)
    before = scores(page, METHODS.index("uniform"))
    expect(dialog(page).get_by_role("button", name="Remove")).to_be_hidden()

    give(page, file)
    expect(page.locator(".lane")).to_have_count(2)
    studio.ready()
    expect(page.locator(".truth")).to_contain_text("Annotations2 people")
    anna = page.locator('.lane[title^="anna"]')
    expect(anna).to_have_attribute("title", f"anna: {len(kept)} keyframes")
    boxes = [mark.bounding_box() or {} for mark in anna.locator("i").all()]
    wanted = [studio.x_of(TIMES[index]) for index in kept]
    middles = [box["x"] + box["width"] / 2 for box in boxes]
    assert middles == pytest.approx(wanted, abs=PIXEL)
    found = scores(page, METHODS.index("uniform"))
    # all of anna's, and the one of ben's: recall 1 of both, precision 1 and 1 of K
    precision, alone = (1 + 1 / len(kept)) / 2, 2 / (1 + len(kept))
    assert found == before | {
        "Precision": f"{precision:.2f}", "Recall": "1.00", "F": f"{(1 + alone) / 2:.2f}"
    }  # fmt: skip

    dialog(page).get_by_role("button", name="Remove").click()
    expect(page.locator(".lane")).to_have_count(0)
    studio.ready()
    assert scores(page, METHODS.index("uniform")) == before


def test_a_bad_file_is_told_in_the_dialog_until_it_is_put_right(
    studio: Studio, tmp_path: Path, errors: list[str]
) -> None:
    page, file = studio.page, tmp_path / "marks.csv"
    found = dialog(page)
    fault = found.get_by_role("alert")
    expect(fault).to_be_hidden()
    file.write_text("annotator,frame\nanna,3\n")
    give(page, file)
    expect(fault).to_contain_text("line 1: wanted the columns index or time_s")
    expect(fault).to_contain_text("a table with a header line, annotator,index")
    file.write_text("annotator;index\nanna;3\nanna;x\n")
    give(page, file)
    expect(fault).to_have_text("line 3, index: wanted a whole number of at least 0, got 'x'")
    assert len(errors) == 2
    assert all("422" in error for error in errors)
    errors.clear()
    page.keyboard.press("Escape")
    expect(fault).to_be_hidden()
    expect(dialog(page)).not_to_contain_text("line 3")

    file.write_text("annotator;index\nanna;3\n")
    give(page, file)
    expect(page.locator(".lane")).to_have_count(1)


def test_a_file_of_another_video_is_told_and_can_be_removed(studio: Studio, tmp_path: Path) -> None:
    page, file = studio.page, tmp_path / "marks.json"
    file.write_text(json.dumps({"user_keyframes": [[1, len(TIMES) + 1]]}))
    dialog(page)
    give(page, file)
    told = page.get_by_role("list", name="Notices")
    expect(told).to_contain_text(f"does not fit: user1: wanted a mark before frame {len(TIMES)}")
    expect(page.locator(".lane")).to_have_count(0)
    dialog(page).get_by_role("button", name="Remove").click()
    expect(told).not_to_contain_text("does not fit")

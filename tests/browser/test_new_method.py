"""A new file in model/methods is on the page with its controls, and runs, with no other edit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import PATIENCE_MS, serving
from tests.plugged import grown

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def grown_page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A tab on a server whose checkout has one method more; it fails on an error in the console."""
    checkout, errors = grown(tmp_path / "checkout"), []
    with serving(checkout, tmp_path, recognizer="none", plugins="") as url:
        page = browser.new_page(base_url=url)
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        yield page
        page.close()
    assert errors == []


@pytest.mark.exhaustive
def test_a_new_file_has_its_controls_and_runs(grown_page: Page, clip: Path) -> None:
    page = grown_page
    page.goto("/")
    page.set_input_files("#file-input", clip)
    link = page.locator("#uploads .done a")
    page.goto(str(link.get_attribute("href")))
    page.get_by_role("button", name="Methods").click()
    form = page.get_by_role("dialog", name="Methods")
    entry = form.locator("[data-entry=sharpest]")
    expect(entry).to_contain_text("Sharpest of each part")
    expect(entry).to_contain_text("The sharpest frame of each of K equal parts of the clip.")
    entry.locator("summary").click()
    parts = entry.get_by_label("parts")
    for attribute, value in {"type": "number", "step": "1", "min": "1", "max": "1000"}.items():
        expect(parts).to_have_attribute(attribute, value)
    expect(parts).to_have_value("6")
    parts.fill("3")
    ticked = form.locator(".method-choice input:checked")
    for name in ticked.evaluate_all("boxes => boxes.map(box => box.name)"):
        form.locator(f"input[name={name}]").uncheck()
    form.locator("input[name=sharpest]").check()
    form.get_by_role("button", name="Analyse with 1 method").click()
    row = page.locator("[data-method=sharpest]")
    expect(row.locator(".cell")).to_have_count(3)
    expect(row).to_contain_text("Sharpest of each part")

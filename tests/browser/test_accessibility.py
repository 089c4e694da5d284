"""axe-core finds nothing serious on any page, light or dark; nothing is cut off when enlarged."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.studio import METHODS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")
PAGES = ("/", "/cases", "/cases/run-up", "/benchmarks", "/models", "/system", "/nothing-here")


def faults(page: Page) -> list[str]:
    """Serious and critical violations, each with its first element."""
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run(document)")
    assert len(found["passes"]) > 10
    return [
        f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


def show(page: Page, path: str, scheme: str) -> None:
    page.goto(path)
    page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    page.reload()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault(page: Page, first_run: str, scheme: str) -> None:
    for path in (*PAGES, first_run):
        show(page, path, scheme)
        if path == first_run:
            rows = page.locator("[data-method] .track:has(.cell)")
            expect(rows).to_have_count(len(METHODS))
        assert faults(page) == [], path
    page.get_by_role("button", name="Methods").click()
    expect(page.get_by_role("dialog", name="Methods")).to_be_visible()
    assert faults(page) == [], "the form of methods"


# 360 px, and a window of 1280 px at 200 %
@pytest.mark.parametrize("width", [360, 640])
def test_nothing_is_cut_off_on_a_narrow_page(page: Page, first_run: str, width: int) -> None:
    for path in (*PAGES, first_run):
        show(page, path, "light")
        page.set_viewport_size({"width": width, "height": 740})
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")

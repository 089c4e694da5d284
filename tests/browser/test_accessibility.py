"""axe-core finds nothing serious on any page, light or dark; nothing is cut off when enlarged."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.studio import METHODS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")
NARROW = (640, 360)  # a window of 1280 px at 200 %, and a telephone
# /benchmarks has documents of many tables: test_benchmarks.py looks at small ones
PAGES = ("/", "/cases", "/cases/run-up", "/models", "/system", "/nothing-here")


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


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_no_page_has_a_serious_fault(page: Page, first_run: str, scheme: str) -> None:
    page.goto("/nothing-here")
    page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    for path in (*PAGES, first_run):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        if path == first_run:
            rows = page.locator("[data-method] .track:has(.cell)")
            expect(rows).to_have_count(len(METHODS))
        assert faults(page) == [], path
    page.get_by_role("button", name="Methods").click()
    expect(page.get_by_role("dialog", name="Methods")).to_be_visible()
    assert faults(page) == [], "the form of methods"


@pytest.mark.exhaustive
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_has_the_page_of_the_reproductions_that_ship(page: Page, scheme: str) -> None:
    page.goto("/nothing-here")
    page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    page.goto("/benchmarks")
    expect(page.locator(".benchmark-section").first).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    assert faults(page) == []


def test_nothing_is_cut_off_on_a_narrow_page(page: Page, first_run: str) -> None:
    for path in (*PAGES, first_run):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        for width in NARROW:
            page.set_viewport_size({"width": width, "height": 740})
            page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")

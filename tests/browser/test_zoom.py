"""A window of 1280 x 900 px at 200 %: half as many CSS pixels, each of two. Nothing is cut off and
every control can be reached."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.studio import METHODS
from tests.browser.test_accessibility import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The controls that cannot be reached, each scrolled to first: beside the window, or under another.
UNREACHED = """() => {
  const controls = "a[href], button, input, select, summary, textarea, [tabindex='0']";
  const faults = [];
  for (const control of document.querySelectorAll(controls)) {
    if (!control.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (control.closest(".unseen, .skip")) continue;
    control.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    const { left, right, top, width, height } = control.getBoundingClientRect();
    const said = control.outerHTML.slice(0, 120);
    if (width < 1 || height < 1) continue;
    if (getComputedStyle(control).pointerEvents === "none") continue; // the playhead
    if (left < -1 || right > innerWidth + 1) faults.push(`beside the window: ${said}`);
    const there = document.elementFromPoint((left + right) / 2, top + height / 2);
    const reached = there && (control.contains(there) || there.closest("label")?.contains(control));
    if (!reached) faults.push(`under ${there?.outerHTML.slice(0, 80)}: ${said}`);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def zoomed(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(
        base_url=site, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def assert_all_there(page: Page) -> None:
    overflow = "() => document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate("() => [devicePixelRatio, innerWidth]") == [2, 640]
    page.wait_for_function(f"() => ({overflow})() <= 0")
    assert page.evaluate(UNREACHED) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole(zoomed: Page, analysed: str, path: str) -> None:
    zoomed.goto(path)
    expect(zoomed.locator("h1")).to_be_visible()
    if path == "/models":
        expect(zoomed.locator(".js-plotly-plot .js-line").first).to_be_visible()
    if path == "/":
        expect(zoomed.locator("#library-grid [data-video]").first).to_be_visible()
    assert_all_there(zoomed)


def test_the_page_of_a_video_is_whole_and_so_are_its_dialogs(zoomed: Page, analysed: str) -> None:
    zoomed.goto(analysed)
    expect(zoomed.locator("[data-method] .track:has(.cell)")).to_have_count(len(METHODS))
    assert_all_there(zoomed)
    for button, dialog in (("Methods", "Methods"), ("Ground truth", "Ground truth")):
        zoomed.get_by_role("button", name=button, exact=True).click()
        sheet = zoomed.get_by_role("dialog", name=dialog)
        expect(sheet).to_be_visible()
        for control in sheet.get_by_role("button").all():
            if control.is_visible():
                control.scroll_into_view_if_needed()
                expect(control).to_be_in_viewport()
        zoomed.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


def test_two_videos_side_by_side_are_whole(zoomed: Page, analysed: str) -> None:
    video = analysed.rsplit("/", 1)[1]
    zoomed.goto(f"/compare?a={video}&b={video}")
    expect(zoomed.locator("video")).to_have_count(2)
    assert_all_there(zoomed)

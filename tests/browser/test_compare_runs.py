"""Two videos side by side: the run of each, their curves, and one frame budget for both."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.shelf import stored

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FRAMES = 40
PATIENCE_S = 300
WANTED = ({"methods": {"rtsae": {}, "uniform": {}}}, {"methods": {"uniform": {}}, "keyframes": 3})

PLOT = """side => {
  const graph = document.querySelector(`#curves-${side} .js-plotly-plot`);
  if (!graph?._fullLayout) return null;  // not drawn yet
  const {_size: size, xaxis} = graph._fullLayout, box = graph.getBoundingClientRect();
  const phi = graph._fullData.find(trace => trace.name === "phi");
  return {left: box.left + size.l, width: size.w, middle: box.top + size.t + size.h / 4,
          range: xaxis.range, grid: xaxis.gridcolor, peak: phi && Math.max(...phi.y)};
}"""


@pytest.fixture(scope="module")
def runs(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """A video and its two runs: by two methods, and, the newer, by one with three keyframes."""
    folder = tmp_path_factory.mktemp("runs")
    with (
        stored(site, folder, {"runs.mp4": FRAMES}) as ids,
        httpx.Client(base_url=f"{site}/api/v1", timeout=60) as http,
    ):
        [video] = ids.values()
        yield [video, *(_run(http, {"video_id": video, **wanted}) for wanted in WANTED)]


def _run(http: httpx.Client, wanted: dict[str, object]) -> str:
    job = http.post("/analyses", json=wanted).raise_for_status().json()["id"]
    deadline = time.monotonic() + PATIENCE_S
    while (state := http.get(f"/analyses/{job}").json()["state"]) != "done":
        assert state in ("queued", "running")
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return str(job)


@pytest.fixture
def address(runs: list[str]) -> str:
    """Its older run beside its newer one."""
    video, older, newer = runs
    return f"/compare?a={video}&b={video}&run-a={older}&run-b={newer}"


@pytest.fixture
def both(page: Page, address: str) -> Iterator[Page]:
    page.goto(address)
    yield ready(page)
    page.evaluate("localStorage.clear()")
    page.set_viewport_size({"width": 1280, "height": 900})


def ready(page: Page) -> Page:
    """Once both players, and the keyframes of both sides, are there."""
    for side in "ab":
        expect(page.locator(f"#frame-{side}")).to_contain_text(f"of {FRAMES}")
        expect(cells(page, side).first).to_be_visible()
        page.wait_for_function(f"() => document.getElementById('player-{side}').readyState >= 2")
        page.wait_for_function(f"() => ({PLOT})('{side}')")
    return page


def cells(page: Page, side: str) -> Locator:
    return page.locator(f"[data-side={side}] [data-method=uniform] .track i")


def test_the_address_names_the_run_of_each_side(both: Page) -> None:
    expect(both.locator("[data-side=a] [data-method]")).to_have_count(2)
    expect(both.locator("[data-side=b] [data-method]")).to_have_count(1)
    expect(cells(both, "a")).to_have_count(8)
    expect(cells(both, "b")).to_have_count(3)
    summary = both.locator("[data-side=b] .menu summary")
    expect(summary).to_have_text("Run: 1 method, 3 keyframes")


def test_another_run_is_chosen_at_the_same_moment(both: Page, runs: list[str]) -> None:
    both.keyboard.press("5")
    expect(both.locator("#frame-b")).to_contain_text("frame 20 ")
    both.wait_for_url("**t=0.8*")
    menu = both.locator("[data-side=b] .menu")
    menu.locator("summary").click()
    expect(menu.locator("[aria-current]")).to_contain_text("1 method, 3 keyframes")
    both.keyboard.press("Escape")
    expect(menu.locator("ul")).to_be_hidden()
    menu.locator("summary").click()
    menu.get_by_role("link", name="2 methods, own number").click()
    both.wait_for_url(f"**run-b={runs[1]}*")
    ready(both)
    expect(both.locator("[data-side=b] [data-method]")).to_have_count(2)
    expect(both.locator("#frame-b")).to_contain_text("frame 20 ")


def test_a_link_comes_to_name_the_runs_it_shows(page: Page, runs: list[str]) -> None:
    video, own_number, _ = runs  # which is shown unasked, as on the video page
    page.goto(f"/compare?a={video}&b={video}")
    page.wait_for_url(f"**run-a={own_number}&run-b={own_number}*")


def test_a_copied_link_opens_the_same_in_another_browser(
    both: Page, browser: Browser, site: str
) -> None:
    both.locator("#budget input").fill("2")
    both.locator("h1").click()
    both.keyboard.press("5")
    both.wait_for_url(re.compile(r"(?=.*budget=2)(?=.*t=0\.8)"))
    context = browser.new_context(base_url=site, viewport={"width": 1100, "height": 800})
    other = context.new_page()
    other.goto(both.url)
    expect(other.locator("#budget output")).to_have_text("2 each")
    expect(other.locator("[data-side=a] [data-method]")).to_have_count(2)
    for side in "ab":
        expect(cells(other, side)).to_have_count(2)
        expect(other.locator(f"#frame-{side}")).to_contain_text("frame 20 ")
    context.close()


def test_one_budget_holds_for_both_and_for_their_scores(both: Page) -> None:
    scores = both.locator("[data-side] .scores tr:has-text('Uniform')")
    before = scores.all_text_contents()
    both.locator("#budget input").fill("1")
    for side in "ab":
        expect(cells(both, side)).to_have_count(1)
        expect(both.locator(f"[data-side={side}] [data-method=uniform] .kept")).to_have_text(
            "1 kept · 2.5 %"
        )
    for place in (0, 1):
        expect(scores.nth(place)).not_to_have_text(before[place])
    expect(scores.first).to_have_text(scores.last.text_content() or "")
    both.locator("#budget input").fill("0")
    expect(cells(both, "a")).to_have_count(8)
    expect(cells(both, "b")).to_have_count(3)
    expect(scores).to_have_text(before)


def test_a_click_on_a_curve_seeks_both_and_the_playhead_stands_there(both: Page) -> None:
    plot = both.evaluate(PLOT, "b")
    both.mouse.click(plot["left"] + plot["width"] / 2, plot["middle"])
    expect(both.locator("[data-side=b]")).to_have_class("side leads")
    for side in "ab":
        expect(both.locator(f"#frame-{side}")).to_contain_text("frame 20 ")
        plot, head = both.evaluate(PLOT, side), both.locator(f"#playhead-{side}").bounding_box()
        assert head
        start, end = plot["range"]
        there = plot["left"] + (20 / 25 - start) / (end - start) * plot["width"]
        assert head["x"] + head["width"] / 2 == pytest.approx(there, abs=1)


def test_a_drag_over_a_curve_scrubs_both(both: Page) -> None:
    plot = both.evaluate(PLOT, "a")
    both.mouse.move(plot["left"] + 10, plot["middle"])
    both.mouse.down()
    both.mouse.move(plot["left"] + plot["width"] - 1, plot["middle"], steps=4)
    both.mouse.up()
    for side in "ab":
        expect(both.locator(f"#frame-{side}")).to_contain_text(f"frame {FRAMES - 1} ")
    expect(both.locator("#loop-a")).to_be_hidden()


def test_the_keys_zoom_both_curves(both: Page) -> None:
    both.keyboard.press("+")
    for side in "ab":
        both.wait_for_function(f"() => ({PLOT})('{side}').range[1] < 1")
    both.keyboard.press("Escape")
    for side in "ab":
        both.wait_for_function(f"() => ({PLOT})('{side}').range[1] > 1.5")


def test_both_curves_are_scaled_and_coloured_alike(both: Page) -> None:
    assert both.evaluate(PLOT, "a")["peak"] < 1
    both.locator("#curves-a").get_by_role("button", name="maximum at 1").click()
    both.wait_for_function(f"() => ({PLOT})('a').peak === 1")
    other = both.locator("#curves-b").get_by_role("button", name="maximum at 1")
    expect(other).to_have_attribute("aria-pressed", "true")
    style = other.evaluate("b => [getComputedStyle(b).color, getComputedStyle(b).backgroundColor]")
    assert len(set(style)) == 2  # what it says can be read
    light = both.evaluate(PLOT, "a")["grid"]
    both.get_by_role("button", name="Switch between light and dark").click()
    for side in "ab":
        both.wait_for_function(f"light => ({PLOT})('{side}').grid !== light", arg=light)
    assert both.evaluate(PLOT, "a")["peak"] == 1


def test_on_a_phone_the_slider_comes_after_both_pictures(both: Page) -> None:
    both.set_viewport_size({"width": 360, "height": 740})
    both.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    tops = []
    for part in ("#player-a", "#player-b", "#budget", "#curves-a", "#film-a", "#curves-b"):
        box = both.locator(part).bounding_box()
        assert box
        tops.append(box["y"])
    assert tops == sorted(tops)
    menu = both.locator("[data-side=a] .menu")
    menu.locator("summary").click()
    box = menu.locator("ul").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360

"""Two videos side by side: one transport, three alignments, by keyboard and on a phone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.shelf import card, open_library, stored
from tests.browser.studio import BITS, BLOCK, CLIP, READ_FRAME, TIMES
from tests.browser.test_accessibility import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHORT = np.arange(60) / 25  # times of the second clip; the first has TIMES
PATIENCE_S = 300

STATED = """() => ["frame-a", "frame-b"].map(
  id => Number(document.getElementById(id).textContent.match(/\\d+/)[0]))"""
PICTURED = f"""sizes => {{
  const [a, b] = ({STATED})(), {{seeking, currentTime}} = document.getElementById("player-b");
  const read = {READ_FRAME.replace('"player"', '"player-a"')};
  const stands = !seeking && b / 25 <= currentTime && currentTime < (b + 1) / 25;
  return stands && read(sizes) === a && [a, b];
}}"""


@pytest.fixture(scope="module")
def other(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The id of a second, shorter video, analysed by one method."""
    folder = tmp_path_factory.mktemp("short")
    with (
        stored(site, folder, {"short.mp4": len(SHORT)}) as ids,
        httpx.Client(base_url=f"{site}/api/v1", timeout=60) as http,
    ):
        [video] = ids.values()
        job = http.post("/analyses", json={"video_id": video, "methods": {"uniform": {}}}).json()
        deadline = time.monotonic() + PATIENCE_S
        while (state := http.get(f"/analyses/{job['id']}").json()["state"]) != "done":
            assert state in ("queued", "running")
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield video


@dataclass
class Both:
    """The page of two videos."""

    page: Page

    def ready(self, order: str = "ab") -> "Both":
        for side, frames in zip(order, (len(TIMES), len(SHORT)), strict=True):
            expect(self.page.locator(f"#frame-{side}")).to_contain_text(f"of {frames}")
            self.page.wait_for_function(
                f"() => document.getElementById('player-{side}').readyState >= 2"
            )
        return self

    def frames(self) -> tuple[int, int]:
        """The frames that the page says it shows."""
        a, b = self.page.evaluate(STATED)
        return a, b

    def pictured(self) -> tuple[int, int]:
        """The same, once the first picture spells it, the second player stands in it, and both
        stay."""
        before = None
        while (now := self._pictured()) != before:
            before = now
        return now

    def _pictured(self) -> tuple[int, int]:
        a, b = self.page.wait_for_function(PICTURED, arg=[BITS, BLOCK]).json_value()
        return a, b

    def show(self, a: int, b: int) -> None:
        """Wait until both are pictured at these frames."""
        for side, frame in zip("ab", (a, b), strict=True):
            expect(self.page.locator(f"#frame-{side}")).to_contain_text(f"frame {frame} of")
        assert self.pictured() == (a, b)

    def press(self, *keys: str) -> tuple[int, int]:
        for key in keys:
            self.page.keyboard.press(key)
        return self.frames()

    def leads(self, side: str) -> None:
        expect(self.page.locator(".side.leads")).to_have_attribute("data-side", side)


def at(times: "np.ndarray", seconds: float) -> int:
    """The frame on screen at a time, within the clip."""
    place = int(np.searchsorted(times, seconds + 1e-3, side="right")) - 1
    return min(max(0, place), len(times) - 1)


def beside(frame: int, offset: float = 0) -> int:
    """The frame of the second clip that belongs beside one of the first."""
    return at(SHORT, TIMES[frame] + offset)


@pytest.fixture
def address(analysed: str, other: str) -> str:
    return f"/compare?a={analysed.split('/')[-1]}&b={other}"


@pytest.fixture
def both(page: Page, address: str) -> Both:
    page.goto(address)
    return Both(page).ready()


def test_seeks_and_steps_move_both_to_the_same_second(both: Both) -> None:
    a, b = both.press("3")
    assert a > 0
    assert both.pictured() == (a, b) == (a, beside(a))
    a, b = both.press(".", ".", ",")
    assert both.pictured() == (a, beside(a))
    a, b = both.press("End")
    assert both.pictured() == (len(TIMES) - 1, len(SHORT) - 1)


def test_a_click_on_either_film_seeks_both_and_makes_it_lead(both: Both) -> None:
    both.page.locator("#film-b .track").click()
    both.leads("b")
    a, b = both.pictured()
    assert b == pytest.approx(len(SHORT) / 2, abs=1)
    assert a == at(TIMES, SHORT[b])
    both.press("s")
    both.leads("a")
    assert both.press("p", "]")[0] > a
    a, b = both.pictured()
    assert b == beside(a)


def test_by_share_both_stand_at_the_same_part(both: Both) -> None:
    both.page.get_by_role("button", name="by share").click()
    a, b = both.press("5")
    assert both.pictured() == (a, b)
    assert b == at(SHORT, TIMES[a] / TIMES[-1] * SHORT[-1])
    assert both.press("End") == (len(TIMES) - 1, len(SHORT) - 1)
    a, b = both.press("Home", "7")
    both.page.wait_for_url(f"**align=share*t={TIMES[a]:.3f}")
    both.page.reload()
    both.ready().show(a, b)


@pytest.mark.parametrize("align", ["time", "share"])
def test_a_link_shows_the_same_frames_whichever_leads(both: Both, address: str, align: str) -> None:
    both.page.goto(f"{address}&align={align}")
    both.ready().press("s")
    a, b = both.press("5", ".")
    assert b > 0
    both.page.wait_for_url(f"**lead=b&t={SHORT[b]:.3f}")
    both.page.reload()
    both.ready().show(a, b)
    both.leads("b")


def test_from_here_keeps_them_as_far_apart_as_they_stand(both: Both) -> None:
    page = both.page
    both.press("s", "l")
    expect(page.get_by_role("button", name="one alone")).to_have_attribute("aria-pressed", "true")
    assert both.press(".", ".", ".", ".", ".") == (0, 5)
    page.get_by_role("button", name="from here").click()
    expect(page.locator(".offset")).to_have_text("(+0.200 s)")
    assert both.press("s", "1")[1] == beside(both.frames()[0], 0.2)
    a, b = both.pictured()
    page.wait_for_url(f"**align=here&offset=0.200&t={TIMES[a]:.3f}")
    page.reload()
    both.ready().show(a, b)
    expect(page.locator(".offset")).to_have_text("(+0.200 s)")
    both.press("s", "Home")  # the second clip begins before the first
    assert both.pictured() == (0, 0)


def test_both_play_and_stop_at_the_same_moment(both: Both) -> None:
    both.press("Space")
    for side in "ab":
        both.page.wait_for_function(
            f"() => parseFloat(document.getElementById('clock-{side}').textContent) > 0.5"
        )
    both.press("Space")
    a, b = both.pictured()
    assert b == beside(a)


def test_when_the_shorter_one_ends_the_other_goes_on(both: Both) -> None:
    both.page.locator("#film-b .track").click(position={"x": 500, "y": 10})
    both.leads("b")
    both.press("Space")
    both.page.wait_for_function(
        f"() => parseFloat(document.getElementById('clock-a').textContent) > {SHORT[-1] + 0.4}"
    )
    both.leads("a")
    both.press("Space")
    a, b = both.pictured()
    assert a > at(TIMES, SHORT[-1])
    assert b == len(SHORT) - 1


def test_the_speed_is_that_of_both(both: Both) -> None:
    both.page.get_by_role("button", name="1×").click()
    play = both.page.locator(".control.play")
    rates = "() => ['a', 'b'].map(s => document.getElementById(`player-${s}`).playbackRate)"
    both.page.wait_for_function(f"() => ({rates})()[0] === 0.5")
    play.click()
    both.page.wait_for_function(f"() => Math.abs(({rates})()[1] - 0.5) < 0.2")
    play.click()


def test_each_side_has_its_own_rows_and_a_choice_counts_where_it_is(both: Both) -> None:
    page = both.page
    expect(page.locator("[data-side=a] [data-method]")).to_have_count(6)
    expect(page.locator("[data-side=b] [data-method]")).to_have_count(1)
    expect(page.locator("[data-side=b] .track .cell").first).to_be_visible()
    page.locator("[data-side=a] [data-select=uniform]").click()
    expect(page.locator(".method.selected")).to_have_count(2)
    page.locator("[data-side=b] .cell").nth(1).click()
    both.leads("b")
    frame = page.locator("[data-side=b] .cell").nth(1).get_attribute("data-frame")
    assert both.pictured()[1] == int(frame or -1)
    expect(page.locator("[data-side=b] .scores tbody tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(both: Both, scheme: str) -> None:
    both.page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    both.page.reload()
    both.ready()
    assert faults(both.page) == []
    both.page.goto("/compare")
    expect(both.page.locator(".offers a").first).to_be_visible()
    assert faults(both.page) == []


def test_on_a_phone_the_pictures_lie_one_above_the_other(both: Both) -> None:
    page = both.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    a, b = (page.locator(f"#player-{side}").bounding_box() for side in "ab")
    assert a
    assert b
    assert a["y"] + a["height"] <= b["y"]
    assert b["y"] + b["height"] <= 740  # both are in sight
    both.press("4")
    a, b = both.pictured()
    assert b == beside(a)


def test_from_the_library_where_exactly_two_are_selected(
    page: Page, analysed: str, other: str
) -> None:
    open_library(page)
    link = page.get_by_role("link", name="Side by side")
    for number, name in enumerate((CLIP, "short.mp4"), 1):
        card(page, name).hover()
        card(page, name).locator(".select").click()
        expect(link).to_be_visible(visible=number == 2)
    link.click()
    page.wait_for_url("**/compare?a=*&b=*")
    Both(page).ready("ba")  # the newest first


def test_from_the_video_page_by_a_choice(page: Page, analysed: str, other: str) -> None:
    page.goto(analysed)
    page.get_by_role("link", name="Beside another video").click()
    expect(page.locator("h1")).to_contain_text("Beside")
    page.get_by_label("Search by name or tag").fill("short")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**q=short*")
    page.locator(".offers a").first.click()
    page.wait_for_url(f"**/compare?a={analysed.split('/')[-1]}&b={other}*")
    Both(page).ready()

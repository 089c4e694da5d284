"""The video page: one playhead through picture, curves and rows, exact to the frame."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from app.standalone import PLOTLY
from tests.browser.studio import (
    BITS,
    BLOCK,
    METHODS,
    PLOT,
    READ_FRAME,
    TIMES,
    Studio,
    await_new_run,
    frame_at,
)

pytestmark = pytest.mark.browser
PIXEL = 1.0


@pytest.fixture
def studio(page: Page, first_run: str) -> Studio:
    studio = Studio(page)
    if first_run not in page.url:
        page.goto(first_run)
    page.keyboard.press("Escape")
    studio.ready()
    page.evaluate("() => scrollTo(0, 0)")  # an earlier test may have gone down to the rows
    page.keyboard.press("0")
    assert studio.shown() == 0
    return studio


def test_every_method_has_its_keyframes_and_numbers(studio: Studio) -> None:
    result = studio.result()
    assert list(result["methods"]) == METHODS
    assert np.allclose(result["times_s"], TIMES, atol=1e-3)
    rows = studio.page.locator("#video-numbers tbody tr")
    for number, method in enumerate(METHODS):
        chosen = [frame["index"] for frame in result["methods"][method]["keyframes"]]
        assert set(studio.keyframes(method)) <= set(chosen)
        ticks = studio.page.locator(f"[data-method={method}] .track i")
        expect(ticks).to_have_count(len(chosen))
        expect(rows.nth(number).locator("td").first).to_have_text(str(len(chosen)))


def test_plotly_comes_with_the_first_figure_and_only_the_part_that_is_needed(
    page: Page, analysed: str, first_run: str
) -> None:
    page.goto("/")
    link = page.locator(f'#library-grid h2 a[href="{analysed}"]')
    expect(link).to_be_visible()
    loaded = """() => performance.getEntriesByType("resource")
        .map(entry => new URL(entry.name).pathname).filter(path => path.includes("plotly"))"""
    assert page.evaluate(loaded) == []
    link.click()
    expect(page.locator("#curves .js-plotly-plot")).to_be_visible()
    assert page.evaluate(loaded) == [f"/static/{PLOTLY}"]
    page.goto(first_run)


def test_ticks_lie_on_the_axis_of_the_figure_to_the_pixel(studio: Studio) -> None:
    for method in METHODS:
        assert studio.ticks(method) == pytest.approx(studio.expected_ticks(method), abs=PIXEL)


@pytest.mark.parametrize("share", [0.13, 0.5, 0.87])
def test_a_click_on_the_curve_seeks_the_picture_to_that_frame(studio: Studio, share: float) -> None:
    seconds = share * TIMES[-1]
    studio.page.mouse.click(studio.x_of(seconds), studio.y_of_curve())
    expect(studio.page.locator("#frame")).to_contain_text(f"frame {frame_at(seconds)} ")
    frame = studio.shown()
    assert studio.playhead_x() == pytest.approx(studio.x_of(TIMES[frame]), abs=PIXEL)


def test_hovering_the_curve_shows_that_frame(studio: Studio) -> None:
    seconds = 0.6 * TIMES[-1]
    studio.page.mouse.move(studio.x_of(seconds), studio.y_of_curve())
    card = studio.page.locator(".preview")
    expect(card).to_be_visible()
    expect(card).to_contain_text(f"frame {frame_at(seconds)} · {TIMES[frame_at(seconds)]:.3f} s")
    expect(card).to_contain_text("φ")
    expect(card.locator("div")).to_have_css("background-image", re.compile("/sprite_"))
    assert studio.shown() == 0  # looking is not seeking


def test_scaled_phi_has_its_maximum_at_one(studio: Studio) -> None:
    peak = "Math.max(...document.querySelector('#curves .js-plotly-plot')._fullData[0].y)"
    button = studio.page.get_by_role("button", name="maximum at 1")
    assert studio.page.evaluate(peak) < 1
    button.click()
    studio.page.wait_for_function(f"() => {peak} === 1")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    studio.page.wait_for_function(f"() => {peak} < 1")


def test_frames_step_one_by_one_over_uneven_times(studio: Studio) -> None:
    seen = []
    for key in "....,":
        studio.page.keyboard.press(key)
        seen.append(studio.shown())
    assert seen == [1, 2, 3, 4, 3]


def test_keys_seek_by_time_tenths_and_keyframes(studio: Studio) -> None:
    press = studio.page.keyboard.press
    press("5")
    assert abs(studio.shown() - frame_at(TIMES[-1] / 2)) <= 1
    before = TIMES[studio.shown()]
    press("Shift+ArrowRight")
    assert studio.shown() == frame_at(before + 1)
    press("n")
    selected = studio.page.locator(".method.selected")
    expect(selected).to_have_attribute("data-method", "sms")
    press("p")
    press("p")
    expect(selected).to_have_attribute("data-method", "uniform")
    press("0")
    chosen = [frame for frame in studio.keyframes("uniform") if frame > 0]
    press("]")
    assert studio.shown() == chosen[0]
    press("]")
    assert studio.shown() == chosen[1]
    press("[")
    assert studio.shown() == chosen[0]


def test_a_keyframe_seeks_and_is_ringed(studio: Studio) -> None:
    cell = studio.page.locator("[data-method=uniform] .cell").nth(2)
    cell.click()
    assert studio.shown() == int(cell.get_attribute("data-frame") or -1)
    expect(studio.page.locator("[data-method=uniform] .cell.at")).to_have_count(1)
    expect(cell).to_have_class("cell at")


def test_playing_moves_the_playhead_and_space_stops_it(studio: Studio) -> None:
    studio.page.keyboard.press("Space")
    studio.page.wait_for_function(
        "() => document.getElementById('playhead').getAttribute('aria-valuenow') > 0.5"
    )
    studio.page.keyboard.press("Space")
    frame = studio.shown()
    assert frame > 0
    assert studio.playhead_x() == pytest.approx(studio.x_of(TIMES[frame]), abs=PIXEL)


def test_dragging_the_film_scrubs(studio: Studio) -> None:
    track = studio.page.locator("#film .track")
    track.scroll_into_view_if_needed()
    film = track.bounding_box()
    assert film is not None
    mouse, y = studio.page.mouse, film["y"] + film["height"] / 2
    mouse.move(studio.x_of(0.5), y)
    mouse.down()
    mouse.move(studio.x_of(2.0), y, steps=8)
    mouse.up()
    assert abs(studio.shown() - frame_at(2.0)) <= 1


def test_brushing_the_curves_loops_there_until_escape(studio: Studio) -> None:
    mouse, y = studio.page.mouse, studio.y_of_curve()
    mouse.move(studio.x_of(1.0), y)
    mouse.down()
    mouse.move(studio.x_of(1.4), y, steps=8)
    mouse.up()
    expect(studio.page.locator("#loop")).to_be_visible()
    for _ in range(8):
        studio.page.wait_for_timeout(100)
        now = float(studio.page.locator("#playhead").get_attribute("aria-valuenow") or -1)
        assert 0.9 <= now <= 1.5
    studio.page.keyboard.press("Escape")
    studio.page.keyboard.press("Space")
    expect(studio.page.locator("#loop")).to_be_hidden()


def test_zooming_moves_the_rows_with_the_figure(studio: Studio) -> None:
    whole = len(studio.ticks("uniform"))
    studio.page.keyboard.press("5")
    studio.page.keyboard.press("+")
    studio.page.keyboard.press("+")
    frame = studio.shown()
    span = "range => range[1] - range[0]"
    studio.page.wait_for_function(f"end => ({span})(({PLOT})().range) < 0.3 * end", arg=TIMES[-1])
    studio.aligned()
    assert 0 < len(studio.ticks("uniform")) < whole
    assert studio.ticks("uniform") == pytest.approx(studio.expected_ticks("uniform"), abs=PIXEL)
    assert studio.playhead_x() == pytest.approx(studio.x_of(TIMES[frame]), abs=PIXEL)


def test_a_reload_and_a_link_keep_the_moment(studio: Studio) -> None:
    studio.page.keyboard.press("3")
    frame = studio.shown()
    studio.page.wait_for_url(f"**t={TIMES[frame]:.3f}*")
    studio.page.reload()
    studio.ready()
    assert studio.shown() == frame


def test_a_link_keeps_the_moment_where_the_picture_comes_before_the_analysis(
    studio: Studio, first_run: str
) -> None:
    page, held = studio.page, list[Route]()
    page.route("**/result", lambda route: held.append(route))
    frame = 58
    assert float(f"{TIMES[frame]:.3f}") < TIMES[frame]  # the address falls just short of it
    page.goto(f"{first_run}&t={TIMES[frame]:.3f}")
    page.wait_for_function(f"arguments => ({READ_FRAME})(arguments) > 0", arg=[BITS, BLOCK])
    assert page.evaluate(READ_FRAME, [BITS, BLOCK]) == frame
    [result] = held
    result.continue_()
    studio.ready()
    assert studio.shown() == frame


def test_the_theme_reaches_the_figure_and_stays(studio: Studio) -> None:
    page = studio.page
    root = page.locator("html")
    grid = "document.querySelector('#curves .js-plotly-plot').layout.xaxis.gridcolor"
    expect(root).to_have_attribute("data-theme", "light")
    light = page.evaluate(grid)
    button = page.get_by_role("button", name="Switch between light and dark")
    chosen = button.evaluate("b => { b.click(); return localStorage.getItem('theme'); }")
    assert chosen == "dark"  # kept at once, however soon the page is left
    page.wait_for_function(f"light => {grid} !== light", arg=light)
    page.reload()
    studio.ready()
    expect(root).to_have_attribute("data-theme", "dark")
    assert page.evaluate(grid) != light
    page.evaluate("localStorage.clear()")
    page.reload()


def test_the_sheet_of_keys_opens_and_takes_the_keyboard(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    page.keyboard.press("5")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert studio.shown() == 0


def test_nothing_overflows_at_360_pixels(studio: Studio) -> None:
    page = studio.page
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    page.wait_for_function(f"() => ({PLOT})().left < 80")
    studio.aligned()
    page.locator("#curves").scroll_into_view_if_needed()
    seconds = TIMES[-1] / 2
    page.mouse.click(studio.x_of(seconds), studio.y_of_curve())
    assert abs(studio.shown() - frame_at(seconds)) <= 1


@pytest.mark.slow
def test_asking_for_keyframes_analyses_again_and_names_it_in_the_address(
    studio: Studio, first_run: str
) -> None:
    page = studio.page
    page.get_by_label("Keyframes", exact=True).fill("3")
    page.get_by_role("button", name="Analyse", exact=True).click()
    await_new_run(page, first_run)
    studio.ready()
    kept = [len(method["keyframes"]) for method in studio.result()["methods"].values()]
    assert kept == [3] * len(METHODS)

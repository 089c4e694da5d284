"""The long jump, from the list of cases to its take-off, by keyboard alone; and links to it."""

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from model.datasets.athletics import make_scene
from model.datasets.athletics.write import write_scene
from tests.browser.conftest import PATIENCE_MS
from tests.browser.studio import METHODS, PLOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 80


@pytest.fixture(scope="module")
def jump(tab: Page, site: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a small rendered long jump, analysed, tagged, with its phases as ground truth."""
    scene = make_scene("LongJump", 20_001, width=160, height=120, fps=15.0)
    path = tmp_path_factory.mktemp("jump") / "jump.mp4"
    write_scene(scene, path)
    tab.goto("/")
    tab.set_input_files("#file-input", path)
    tab.locator("#uploads .done a", has_text=re.compile("jump|Open")).first.wait_for()
    with httpx.Client(base_url=f"{site}/api/v1") as rest:
        (video,) = [v for v in rest.get("/videos").json()["items"] if v["name"] == "jump.mp4"]
        rest.patch(f"/videos/{video['id']}", json={"tags": ["LongJump"]}).raise_for_status()
        phases = [
            {key: phase[key] for key in ("name", "start", "end", "decisive")}
            for phase in scene.truth()["phases"]
        ]
        truth = {"schema": "kairoscope/truth@1", "phases": phases}
        marked = rest.put(f"/videos/{video['id']}/annotations", content=json.dumps(truth))
        marked.raise_for_status()
    tab.goto(f"/v/{video['id']}")
    rows = tab.locator("[data-method] .track:has(.cell)")
    expect(rows).to_have_count(len(METHODS), timeout=5 * PATIENCE_MS)  # an analysis, not a page
    return str(video["id"])


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called `name`."""
    called = "() => (document.activeElement.ariaLabel ?? document.activeElement.textContent).trim()"
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate(called):
            return
    raise AssertionError(f"no {name!r} among the first {MOST_TABS} stops of Tab")


def test_the_long_jump_by_keyboard_alone(page: Page, jump: str) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    tab_to(page, "Cases")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Cases")).to_be_visible()
    tab_to(page, "Run-up against flight")
    page.keyboard.press("Enter")
    expect(page.locator(".claim")).to_contain_text("less than 30 %")
    expect(page.locator(".case-video dl").first).to_contain_text("In the run-up")
    tab_to(page, "Six frames for every method")
    page.keyboard.press("Enter")
    expect(page.locator("#budget output")).to_have_text("6 each")
    for row in page.locator("[data-method]").all():
        expect(row.locator(".kept")).to_contain_text("6 kept")
    page.wait_for_function(f"() => ({PLOT})().steps > 0")
    moments = []
    for _ in range(3):
        page.keyboard.press("]")
        moments.append(float(page.locator("#playhead").get_attribute("aria-valuenow") or -1))
    assert moments == sorted(set(moments))
    page.keyboard.press("n")
    expect(page.locator(".method.selected")).to_have_attribute("data-method", "sms")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_class(re.compile("playing"))
    page.keyboard.press("Space")
    tab_to(page, "Methods")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Methods")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Methods")).to_be_hidden()


def test_a_link_opens_the_same_view_in_another_browser(
    page: Page, browser: Browser, site: str, jump: str
) -> None:
    page.goto(f"/v/{jump}")
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(6)
    slider = page.locator("#budget input")
    slider.fill("4")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("5")
    page.wait_for_url(re.compile(r"budget=4.*t=|t=.*budget=4"))
    seen = page.locator("#frame").text_content()
    context = browser.new_context(base_url=site, viewport={"width": 1100, "height": 800})
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator("#budget output")).to_have_text("4 each")
    expect(other.locator("#frame")).to_have_text(seen or "")
    expect(other.locator("[data-method=uniform] .cell")).to_have_count(4)
    context.close()


def test_scores_follow_the_budget_and_the_tolerance(page: Page, jump: str) -> None:
    page.goto(f"/v/{jump}")
    table = page.locator("#video-comparison table").first
    expect(table).to_contain_text("Decisive")
    before = table.inner_text()
    page.locator("#budget input").fill("2")
    page.wait_for_function(
        "before => document.querySelector('#video-comparison table').innerText !== before",
        arg=before,
    )
    at_two = table.inner_text()
    page.locator("#video-tolerance").fill("5")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "before => document.querySelector('#video-comparison table').innerText !== before",
        arg=at_two,
    )


def test_recognition_follows_the_budget_and_says_so(page: Page, jump: str) -> None:
    page.goto(f"/v/{jump}")
    table = page.locator(".recognition")
    expect(table.locator("caption")).to_have_text("Own keyframes")
    page.locator("#budget input").fill("1")
    expect(table.locator("caption")).to_have_text("1 keyframe each")
    for row in table.locator("tbody tr").all():
        expect(row.locator("td").nth(1)).to_have_text("1")
    page.get_by_label("Discarded steps mixed back in").fill("4")
    expect(table.locator("caption")).to_contain_text("Own keyframes, and 100 %")
    page.get_by_label("Discarded steps mixed back in").fill("0")
    expect(table.locator("caption")).to_have_text("1 keyframe each")


def test_an_export_comes_back_to_the_same_values(page: Page, jump: str, tmp_path: Path) -> None:
    from app.exports import keyframes_csv

    page.goto(f"/v/{jump}")
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(6)
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Keyframes (CSV)").click()
    download.value.save_as(tmp_path / "keyframes.csv")
    found = keyframes_csv.read((tmp_path / "keyframes.csv").read_text())
    result = page.evaluate(
        "() => fetch(document.getElementById('export').href).then(answer => answer.json())"
    )
    assert {name: kept.index_K.tolist() for name, kept in found.items()} == {
        name: [row["index"] for row in method["keyframes"]]
        for name, method in result["methods"].items()
    }
    page.keyboard.press("Escape")
    expect(page.locator("#exports")).not_to_have_attribute("open", "")


def test_all_discarded_steps_mixed_back_in_are_the_whole_clip(page: Page, jump: str) -> None:
    page.goto(f"/v/{jump}")
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(len(METHODS))
    result = page.evaluate(
        "() => fetch(document.getElementById('export').href).then(answer => answer.json())"
    )
    steps = result["recognition"]["steps"]
    table = page.locator(".recognition tbody tr")
    assert {row.locator("td").nth(1).inner_text() for row in table.all()} != {str(steps)}
    page.get_by_label("Discarded steps mixed back in").fill("4")
    for row in table.all():
        expect(row.locator("td").nth(1)).to_have_text(str(steps))

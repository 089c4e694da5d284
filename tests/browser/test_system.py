"""From the library to the models and the system by keyboard, and what both show as it happens."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from safetensors import safe_open
from safetensors.numpy import save_file

from model.weights.registry import SHIPPED
from tests.browser.studio import CLIP, await_new_run

pytestmark = pytest.mark.browser

FOCUSED = "() => document.activeElement.textContent.trim()"
ENDED = """async (id) => {
  for (;;) {
    const {state} = await (await fetch(`/api/v1/analyses/${id}`)).json();
    if (!["queued", "running"].includes(state)) return state;
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}"""


def open_methods(page: Page, address: str) -> None:
    """Open the form of methods on a video's page."""
    page.goto(address)
    expect(page).to_have_title(f"{CLIP} · Kairoscope")  # its script has taken over
    page.locator("#choose-methods").click()


@pytest.fixture
def copy(page: Page, analysed: str) -> Iterator[str]:
    """The name of a second attention checkpoint while a test lasts: the shipped one with a note on
    its card, for one of the same bytes gives the same result."""
    found = page.evaluate("fetch('/api/v1/system').then(answer => answer.json())")
    folder = Path(found["data_dir"]) / "weights"
    folder.mkdir(exist_ok=True)
    path = folder / "copy.safetensors"
    with safe_open(SHIPPED / "attention.safetensors", framework="np") as shipped:
        metadata = shipped.metadata()
        state = {name: shipped.get_tensor(name) for name in shipped.keys()}  # noqa: SIM118
    card = json.loads(metadata["card"]) | {"note": "a copy"}
    save_file(state, path, metadata | {"card": json.dumps(card)})
    yield path.stem
    path.unlink()


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the focus is on what has this text."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == text:
            return
    raise AssertionError(f"Tab does not come to {text!r}")


def current(page: Page) -> Any:
    return page.locator("#places a[aria-current=page]")


def test_the_pages_are_reached_by_keyboard_and_the_open_one_is_marked(
    page: Page, analysed: str
) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Library")
    expect(current(page)).to_have_text("Library")
    for name in ("Cases", "Benchmarks", "Models", "System"):
        tab_to(page, name)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(name)
        expect(current(page)).to_have_text(name)
        expect(page).to_have_title(f"{name} · Kairoscope")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Models")
    expect(current(page)).to_have_text("Models")
    page.goto(analysed)
    expect(page.locator("#player")).to_be_visible()
    expect(page.locator("#places a[aria-current]")).to_have_count(0)


LARGE = pytest.param("/benchmarks", marks=pytest.mark.exhaustive)  # of the documents that ship


@pytest.mark.parametrize("path", ["/", "/cases", LARGE, "/models", "/system"])
def test_nothing_is_wider_than_a_phone(page: Page, analysed: str, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    page.wait_for_function("() => document.documentElement.scrollWidth <= 360")
    boxes = [link.bounding_box() for link in page.locator("#places a").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)


def test_a_digest_is_copied_by_keyboard(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    page.goto("/models")
    expect(page).to_have_title("Models · Kairoscope")
    page.locator("[aria-labelledby=model-attention] [data-copy]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_have_text("Copied")
    models = page.evaluate("fetch('/api/v1/models').then(answer => answer.json())")
    assert page.evaluate("navigator.clipboard.readText()") == models[0]["sha256"]


def test_the_curves_follow_the_theme(page: Page) -> None:
    page.goto("/models")
    line = page.locator("[aria-labelledby=model-compact] .scatterlayer .js-line").first
    light = line.evaluate("element => getComputedStyle(element).stroke")
    page.locator("#theme-button").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(line).not_to_have_css("stroke", light)
    page.locator("#theme-button").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    expect(line).to_have_css("stroke", light)


def test_a_running_job_appears_by_itself_and_what_stays_is_left_alone(
    page: Page, analysed: str, site: str
) -> None:
    page.goto("/system")
    settings = page.locator("main details").first
    settings.locator("summary").click()
    page.locator("main a[href='/metrics']").focus()
    running = page.locator("#system-workers").get_by_role("link", name=CLIP).first
    video_id = analysed.rsplit("/", 1)[1]
    analyses = f"{site}/api/v1/analyses"
    wanted = [{"video_id": video_id, "keyframes": keyframes} for keyframes in range(11, 17)]
    jobs = [httpx.post(analyses, json=one).json()["id"] for one in wanted]
    expect(running).to_be_visible()
    queued = page.locator("#system-queue dd").nth(2)
    before = queued.inner_text()  # how many wait, and for how long
    expect(queued).not_to_have_text(before)
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/metrics"
    assert settings.get_attribute("open") is not None
    running.click()
    expect(page.locator("h1")).to_have_text(CLIP)
    for job in jobs:
        httpx.delete(f"{analyses}/{job}")


def test_an_analysis_by_another_checkpoint_is_chosen_and_named(
    page: Page, first_run: str, copy: str
) -> None:
    open_methods(page, first_run)
    select = page.get_by_label("Attention checkpoint")
    expect(select.locator("option")).to_have_text(["attention (in use)", copy])
    expect(select).to_have_value("")
    select.select_option(copy)
    page.locator("#methods [type=submit]").click()
    run = await_new_run(page, first_run)
    assert page.evaluate(ENDED, run) == "done"
    result = page.evaluate(f"fetch('/api/v1/analyses/{run}/result').then(r => r.json())")
    assert result["provenance"]["attention"]["name"] == copy
    page.reload()
    page.locator("details.menu summary", has_text="runs").click()
    expect(page.locator("details.menu a[aria-current]")).to_contain_text(f"checkpoint {copy}")


def test_without_a_second_checkpoint_there_is_nothing_to_choose(page: Page, first_run: str) -> None:
    open_methods(page, first_run)
    expect(page.locator("#methods .choices li").first).to_be_visible()
    expect(page.get_by_label("Attention checkpoint")).to_be_hidden()
    page.keyboard.press("Escape")

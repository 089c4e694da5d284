"""The page of reproductions in Chromium: found, compared, followed to a run, taken home."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.reproduction import write_reports
from app.reproduction.values import json_of
from model.reproduction.document import Document
from tests.browser.test_accessibility import faults
from tests.reproduced import MEASURED, TIMED, TRAINED, document

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUICK, FULL = "made-quick", "made-full"
SERVER = "fetch('/api/v1/system').then(answer => answer.json())"


@pytest.fixture
def folder(page: Page) -> Iterator[Path]:
    """The folder of the server's reproductions, with two made ones while a test lasts."""
    page.goto("/benchmarks")
    folder = Path(page.evaluate(SERVER)["data_dir"]) / "reproductions"
    keep(folder, QUICK, document())
    keep(folder, FULL, document(0.8031, "full"))
    yield folder
    shutil.rmtree(folder)


def keep(folder: Path, name: str, made: Document) -> None:
    path = folder / name / "document.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json_of(made))
    part.replace(path)


def section(page: Page, name: str):
    return page.locator(f"[data-section={name}]")


def test_two_are_compared_from_the_list(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    expect(page).to_have_title("Benchmarks · Kairoscope")
    expect(page.locator(".benchmark-section .js-plotly-plot")).to_have_count(3)
    page.get_by_role("link", name=f"Compare {FULL} with {QUICK}").press("Enter")
    page.wait_for_url(f"**/benchmarks?run={QUICK}&with={FULL}")
    expect(page.locator(".benchmark-section .js-plotly-plot")).to_have_count(6)
    rows = section(page, "recognition").locator("[data-part=table] tbody tr")
    expect(rows.nth(0)).to_contain_text("75.1 % (72.1 to 77.1)")
    expect(rows.nth(1)).to_contain_text("80.3 % (77.3 to 82.3)")
    expect(rows.filter(has_text="91.8 %")).to_have_count(1)
    ranges = page.locator("[data-section=recognition] .js-plotly-plot").evaluate_all(
        "all => all.slice(0, 2).map(graph => graph._fullLayout.yaxis.range)"
    )
    assert ranges[0] == ranges[1]


def test_a_filter_leaves_what_has_the_words(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    rows = section(page, "recognition").locator("[data-part=table] tbody tr:visible")
    expect(rows).to_have_count(4)
    page.get_by_label("Find in tables and figures").fill("uniform")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("69.8 %")
    expect(page.locator("[data-part=figure]:visible h3")).to_have_text(
        ["Accuracy by length of clip"]
    )
    expect(section(page, "speed")).to_be_hidden()
    expect(section(page, "claims").locator("tbody tr:visible")).to_have_count(1)
    expect(page.locator("#benchmarks-found")).to_have_text("2 of 5 sections")
    page.get_by_label("Find in tables and figures").fill("")
    page.get_by_label("Section", exact=True).select_option("speed")
    expect(section(page, "speed")).to_be_visible()
    expect(page.locator("[data-section]:visible")).to_have_count(1)


def test_a_number_is_followed_to_the_run_that_made_it(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    expect(page.locator("#benchmarks-live")).to_have_attribute("data-open", "")
    number = section(page, "recognition").get_by_role("link", name="25.3 %")
    number.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel.locator("h2")).to_contain_text(MEASURED)
    expect(panel).to_contain_text("seed 3, epochs 0.4")
    expect(panel).to_contain_text("ab" * 32)
    expect(page).to_have_url(re.compile(f"#run-a-{MEASURED}$"))
    panel.get_by_role("link", name="train-joint-s1-r0").press("Enter")
    expect(panel.locator("h2")).to_contain_text(TRAINED)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"^[^#]*$"))
    expect(number).to_be_focused()
    page.goto(f"/benchmarks?run={QUICK}#run-a-{TRAINED}")
    page.reload()
    expect(panel.locator("h2")).to_contain_text(TRAINED)


def test_a_number_of_several_runs_shows_them_all(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    expect(page.locator("#benchmarks-live")).to_have_attribute("data-open", "")
    section(page, "recognition").get_by_role("link", name="12", exact=True).press("Enter")
    headings = page.get_by_role("dialog").locator("h2")
    expect(headings).to_contain_text([MEASURED, TIMED])
    expect(page.get_by_role("dialog").locator("dl")).to_have_count(2)
    page.reload()
    expect(headings).to_contain_text([MEASURED, TIMED])


def test_downloads_have_the_values_that_are_shown(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    part = section(page, "recognition").locator("[data-part=table]")
    with page.expect_download() as event:
        part.get_by_role("link", name="CSV").click()
    assert event.value.suggested_filename == f"{QUICK}.recognition.1.csv"
    rows = list(csv.DictReader(io.StringIO(event.value.path().read_text())))
    shown = part.locator("tbody tr td:nth-child(3)").all_inner_texts()
    assert [f"{100 * float(row['top-1']):.1f} %" for row in rows] == [
        text.partition(" (")[0] for text in shown
    ]
    with page.expect_download() as event:
        page.locator(".head").get_by_role("link", name="JSON").click()
    assert Document.from_json(json.loads(event.value.path().read_text())) == document()


def test_one_that_runs_grows_while_one_looks(page: Page, folder: Path) -> None:
    whole = document()
    tasks = {"tasks": {"done": 1, "waiting": 2}}
    keep(folder, QUICK, replace(whole, sections=whole.sections[1:2], provenance=tasks))
    page.goto(f"/benchmarks?run={QUICK}")
    expect(page.locator(".head")).to_contain_text("1 of 3 tasks are done")
    expect(section(page, "recognition")).to_have_count(0)
    page.get_by_label("Find in tables and figures").fill("uniform")
    expect(section(page, "speed")).to_be_hidden()
    keep(folder, QUICK, whole)
    expect(section(page, "recognition")).to_be_visible()
    expect(section(page, "speed")).to_be_hidden()
    expect(page.locator(".head")).not_to_contain_text("tasks are done")


def test_figures_follow_the_theme(page: Page, folder: Path) -> None:
    page.goto(f"/benchmarks?run={QUICK}")
    line = page.locator("[data-section=recognition] .scatterlayer .js-line").first
    expect(line).to_be_attached()
    before = line.evaluate("element => getComputedStyle(element).stroke")
    page.locator("#theme-button").click()
    page.wait_for_function(
        "before => getComputedStyle(document.querySelector("
        "'[data-section=recognition] .scatterlayer .js-line')).stroke !== before",
        arg=before,
    )
    page.locator("#theme-button").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, folder: Path, scheme: str) -> None:
    page.goto("/nothing-here")
    page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    page.goto(f"/benchmarks?run={QUICK}&with={FULL}")
    expect(page.locator("html")).to_have_attribute("data-theme", scheme)
    expect(page.locator(".benchmark-section .js-plotly-plot")).to_have_count(6)
    page.locator(".part summary").first.click()
    assert faults(page) == []
    section(page, "recognition").get_by_role("link", name="25.3 %").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page) == [], "the panel of a run"


def test_it_fits_a_phone(page: Page, folder: Path) -> None:
    size = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/benchmarks?run={QUICK}&with={FULL}")
    expect(page.locator(".benchmark-section .js-plotly-plot")).to_have_count(6)
    page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    section(page, "recognition").get_by_role("link", name="25.3 %").first.click()
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.set_viewport_size(size)


def test_the_report_opens_offline_and_its_numbers_lead_to_runs(
    browser: Browser, errors: list[str], tmp_path: Path
) -> None:
    path, _ = write_reports(document(), tmp_path)
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 800})
    page, asked = context.new_page(), []
    errors.clear()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text))
    page.goto(path.as_uri())
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="25.3 %").click()
    expect(page.locator("article:target h3")).to_have_text(f"Run {MEASURED}")
    assert [url.partition("#")[0] for url in asked if url.startswith("file")] == [path.as_uri()]
    context.close()
    assert errors == []

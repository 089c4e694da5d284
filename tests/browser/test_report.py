"""The report opened from disk in real Chromium, offline; figures saved as pictures."""

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from app.exports import report
from app.exports.source import Source
from app.figures.attention import attention
from app.security import content_policy
from app.standalone import PLOTLY
from app.static_files import STATIC
from model.types import Analysis
from model.video.stills import read_stills
from tests.app.exports.conftest import uneven
from tests.clips import moving_square, write_clip

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME = "跳 <b>&amp;.mp4"
RANGE = "() => document.querySelector('[data-figure=attention]')._fullLayout.xaxis.range"
EMPTY = (
    '<!DOCTYPE html><link rel="stylesheet" href="/static/css/fonts.css">'
    '<body style="background:#fff;color:#111"><div id="graph"></div>'
)
WIDTH = """async ([text, font]) => {
  await document.fonts.load(font, text);
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.font = font;
  return context.measureText(text).width;
}"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Analysis]:
    """The report as a file, and what is in it."""
    folder, analysis = tmp_path_factory.mktemp("report"), uneven()
    clip = write_clip(folder / "a.mp4", moving_square(60), times=analysis.clip.times_T.tolist())
    path = folder / "report 100%.html"
    path.write_bytes(report.write(Source(analysis, NAME, partial(read_stills, clip))))
    return path, analysis


@pytest.fixture
def offline(browser: Browser, errors: list[str]) -> Iterator[tuple[Page, list[str]]]:
    """A tab without network whose console must stay empty, and what it asked for."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page, asked = context.new_page(), []
    errors.clear()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text))
    yield page, asked
    context.close()
    assert errors == []


def test_the_report_opens_offline_with_its_figures_drawn(
    saved: tuple[Path, Analysis], offline: tuple[Page, list[str]]
) -> None:
    (path, analysis), (page, asked) = saved, offline
    page.goto(path.as_uri())
    expect(page.locator("h1")).to_have_text(NAME)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    phi = "g => g._fullData.find(trace => trace.name === 'phi').y.length"
    assert analysis.steps is not None
    drawn = page.locator("[data-figure=attention]").evaluate(phi)
    assert drawn == len(analysis.steps.phi_S)
    for key in ("attention", "diagnostics"):
        assert page.locator(f"[data-figure={key}] path.js-line").count() >= 2
    widths = page.locator("img").evaluate_all("all => all.map(image => image.naturalWidth)")
    assert widths == [96] * sum(len(kept.index_K) for kept in analysis.methods.values())
    faces = "() => document.fonts.ready.then(all => [...all].map(face => face.status))"
    assert "loaded" in page.evaluate(faces)
    inside = "() => JSON.parse(document.getElementById('analysis').textContent)"
    assert page.evaluate(inside) == analysis.to_json()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert [url for url in asked if url.startswith("file")] == [path.as_uri()]


def test_its_figures_are_live(
    saved: tuple[Path, Analysis], offline: tuple[Page, list[str]]
) -> None:
    page, _ = offline
    page.goto(saved[0].as_uri())
    before = page.evaluate(RANGE)
    box = page.locator("[data-figure=attention] .draglayer .xy").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    page.mouse.up()
    page.wait_for_function(f"before => ({RANGE})()[0] > before + 0.5", arg=before[0])
    start, end = page.evaluate(RANGE)
    span = before[1] - before[0]
    assert start == pytest.approx(before[0] + span / 4, abs=span / 50)
    assert end == pytest.approx(before[0] + span / 2, abs=span / 50)


def test_it_fits_a_phone(saved: tuple[Path, Analysis], offline: tuple[Page, list[str]]) -> None:
    page, _ = offline
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(saved[0].as_uri())
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def drawn(browser: Browser, errors: list[str]) -> Iterator[Page]:
    """A page under the application's own policy with the attention figure drawn."""
    files = {
        "/": (EMPTY, "text/html; charset=utf-8"),
        "/plotly.js": ((STATIC / PLOTLY).read_text(), "text/javascript"),
        "/figures.js": ((STATIC / "js/figures.js").read_text(), "text/javascript"),
    }

    def answer(route: Route) -> None:
        path = "/" + route.request.url.split("/", 3)[3]
        if path.startswith("/static/"):
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
            return
        body, kind = files[path]
        headers = {"Content-Type": kind, "Content-Security-Policy": content_policy([])}
        route.fulfill(body=body, headers=headers)

    page = browser.new_page(base_url="http://figures.test")
    errors.clear()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text))
    page.route("**/*", answer)
    page.goto("/")
    page.add_script_tag(url="/plotly.js")
    analysis = uneven()
    figure = json.loads(attention(analysis.steps, analysis.clip.info.duration_s).to_json())
    figure["layout"]["width"] = 700
    page.evaluate("f => Plotly.newPlot('graph', f.data, f.layout)", figure)
    yield page
    page.close()
    assert errors == []


def download(page: Page, kind: str, name: str = NAME) -> tuple[str, bytes]:
    save = """async ([kind, name]) => {
      const {save} = await import("/figures.js");
      await save(document.getElementById("graph"), kind, name, {source: "http://a/v/1?t=2&k=3"});
    }"""
    with page.expect_download() as begun:
        page.evaluate(save, [kind, name])
    return begun.value.suggested_filename, Path(begun.value.path()).read_bytes()


def test_a_figure_is_saved_as_png_at_twice_its_size(drawn: Page) -> None:
    name, content = download(drawn, "png")
    assert name.endswith(".png")
    with av.open(io.BytesIO(content)) as image:
        picture_HWC = next(image.decode(video=0)).to_ndarray(format="rgba")
    assert picture_HWC.shape == (720, 1400, 4)
    assert (picture_HWC[..., 3] == 255).all()  # its own ground, whatever lies behind
    assert picture_HWC[40:80, 20:300, 0].min() < 100  # the title
    assert picture_HWC[-30:-10, 20:300, 0].min() < 160  # the source line


def test_a_figure_is_saved_as_svg_with_title_and_source(drawn: Page) -> None:
    name, content = download(drawn, "svg")
    assert name.endswith(".svg")
    document: Any = ET.fromstring(content)
    texts = [
        " ".join(node.itertext()) for node in document.iter("{http://www.w3.org/2000/svg}text")
    ]
    assert {NAME, "phi", "gate"} <= set(texts)
    assert "Kairoscope · http://a/v/1?t=2&k=3" in texts
    assert sum("js-line" in node.get("class", "") for node in document.iter()) >= 2


def test_the_text_of_a_picture_is_set_in_the_font_of_the_page(drawn: Page) -> None:
    text = "Wimmelbild fffiii WWW 0123"
    wanted, fallback = (
        drawn.evaluate(WIDTH, [text, f"16px {family}"])
        for family in ("'IBM Plex Sans'", "system-ui, sans-serif")
    )
    assert abs(wanted - fallback) > 6  # or this test could not tell them apart
    with av.open(io.BytesIO(download(drawn, "png", text)[1])) as image:
        picture_HWC = next(image.decode(video=0)).to_ndarray(format="rgba")
    columns = np.flatnonzero((picture_HWC[20:62, ..., 0] < 140).any(axis=0))
    assert (columns[-1] - columns[0]) / 2 == pytest.approx(wanted, abs=3)


def test_an_svg_brings_its_fonts_and_names_others_in_their_stead(
    drawn: Page, browser: Browser
) -> None:
    text = "Wimmelbild fffiii WWW 0123"
    content = download(drawn, "svg", text)[1].decode()
    assert content.count("@font-face") == 2
    assert set(re.findall(r"url\(([^)]{5})", content)) <= {"data:", "#clip"}
    assert re.search(r"font-family: ['\"&].*?IBM Plex Sans.*?sans-serif", content)
    wanted = drawn.evaluate(WIDTH, [text, "16px 'IBM Plex Sans'"])
    other = browser.new_page()  # where nothing of the page is at hand
    other.set_content(content)
    other.evaluate("() => document.fonts.ready")
    line = other.locator("text", has_text=text).first
    assert line.evaluate("line => line.getComputedTextLength()") == pytest.approx(wanted, abs=1)
    other.close()

"""The whole product in real Chromium: `kairoscope serve` on a free port, and a tab whose tests fail
on any error in its console."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.serving import PATIENCE_MS, serving
from tests.browser.studio import BITS, BLOCK, CLIP, METHODS, TIMES
from tests.clips import moving_square, write_clip
from tests.plugged import ROOT, example

WINDOW: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of uneven frame times whose frames spell their own index."""
    frames = moving_square(len(TIMES), BITS * BLOCK)
    for index, frame_HWC in enumerate(frames):
        for bit in range(BITS):
            frame_HWC[-BLOCK:, bit * BLOCK : (bit + 1) * BLOCK] = 255 * (index >> bit & 1)
    path = tmp_path_factory.mktemp("clip") / CLIP
    return write_clip(path, frames, times=TIMES.tolist())


@pytest.fixture(scope="session")
def import_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from below which the server takes clips."""
    return tmp_path_factory.mktemp("import")


@pytest.fixture(scope="session")
def site(
    chromium: str, import_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a running server with an empty library."""
    folder = tmp_path_factory.mktemp("site")
    plugins = f"{example(folder)}{os.pathsep}{folder / 'gone.py'}"
    with serving(ROOT, folder, import_dir=import_dir, plugins=plugins) as url:
        yield url


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def errors() -> list[str]:
    """What the tab's console complained about since the test began."""
    return []


@pytest.fixture(scope="session")
def tab(browser: Browser, site: str, errors: list[str]) -> Iterator[Page]:
    """One tab for all tests: a page costs seconds to open."""
    page = browser.new_page(viewport=WINDOW, base_url=site)
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    page.close()


@pytest.fixture(scope="module", autouse=True)
def _left(tab: Page) -> None:
    """The page of the module before is left: it would go on asking for videos that are no more."""
    tab.goto("about:blank")


@pytest.fixture
def page(tab: Page, site: str, errors: list[str]) -> Iterator[Page]:
    """The tab; an error in its console fails the test. What a test changes in it is put back: size,
    routes, and what pages store."""
    errors.clear()
    yield tab
    tab.unroute_all()
    tab.set_viewport_size(WINDOW)
    if tab.url.startswith(site):
        tab.evaluate("localStorage.clear()")
    assert errors == []


@pytest.fixture(scope="session")
def analysed(tab: Page, clip: Path) -> str:
    """The path of the page of the uploaded clip, once analysed."""
    tab.goto("/")
    tab.set_input_files("#file-input", clip)
    link = tab.locator("#uploads .done a")
    path = link.get_attribute("href")
    assert path
    tab.goto(path)
    rows = tab.locator("[data-method] .track:has(.cell)")
    expect(rows).to_have_count(len(METHODS), timeout=5 * PATIENCE_MS)  # an analysis, not a page
    return path


@pytest.fixture(scope="session")
def first_run(site: str, analysed: str) -> str:
    """The address of the clip's first analysis, by the default methods: others may be newer."""
    asked = {"video_id": analysed.split("/")[-1]}
    jobs = httpx.get(f"{site}/api/v1/analyses", params=asked).json()
    return f"{analysed}?run={jobs[-1]['id']}"

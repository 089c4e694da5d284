"""Chromium, driven by Playwright, which only the measurements and the tests need."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.ui_bench.errors import CannotMeasure

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 120_000  # a busy machine is slow, not wrong
SIZE = {"width": 1280, "height": 900}


@contextmanager
def chromium() -> Iterator["Browser"]:
    """The installed Chromium, else Playwright's own. Raises CannotMeasure where there is none.

    An error ends it by ending Playwright's driver: Ctrl-C reaches that one, too, which then closes
    the browser and takes no more orders.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise CannotMeasure(
            "Playwright, which drives the browser, is not installed",
            "Install it: .venv/bin/pip install playwright",
        ) from None
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=installed(), args=arguments)
        except Error as error:
            raise CannotMeasure(
                f"Chromium does not start: {error.message.strip().splitlines()[0]}",
                "Install it: apt-get install chromium, or .venv/bin/playwright install chromium",
            ) from None
        yield browser
        browser.close()


def installed() -> str | None:
    """The path of an installed Chromium."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def tab(browser: "Browser", url: str) -> Iterator["Page"]:
    """A page of a browser that has seen nothing yet, of the server at `url`."""
    context = browser.new_context(viewport=SIZE, base_url=url)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()

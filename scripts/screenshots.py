"""Pictures of the running app for the documentation: `python -m scripts.screenshots [URL]`.

Needs `kairoscope serve` with its gallery analysed, and Chromium. Only rendered scenes are shown.
"""

import json
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
SHOWN = "PoleVault"
LOOKS = {"light": ("light", 1280), "dark": ("dark", 1280), "phone": ("light", 390)}
SETTLED_MS = 4000  # the player seeks, pictures and strips load
WHOLE = 2400  # px: what is longer is cut, as nobody reads it in a document


def main() -> None:
    """Write every page, light, dark and as a phone shows it, and the form of methods."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050"
    with urllib.request.urlopen(f"{url}/api/v1/videos?sort=name") as answer:
        videos = [video for video in json.load(answer)["items"] if video["gallery"]]
    first, second = [video for video in videos if video["name"].startswith(SHOWN)][:2]
    at = f"t={first['duration_s'] * 0.72:.2f}"
    pages = {
        "library": "/",
        "video": f"/v/{first['id']}?{at}",
        "compare": f"/compare?a={first['id']}&b={second['id']}",
        "cases": "/cases",
        "case": "/cases/run-up",
        "benchmarks": "/benchmarks",
        "models": "/models",
        "system": "/system",
    }
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for look in LOOKS:
            for name, path in pages.items():
                _picture(browser, look, f"{url}{path}", f"{name}-{look}")
        page = _open(browser, "light", f"{url}{pages['video']}")
        page.get_by_role("button", name="Methods").click()
        page.locator("[data-entry=sms] summary").click()
        _save(page, "methods-light", high=900)
        browser.close()


def _picture(browser: Browser, look: str, url: str, name: str) -> None:
    page = _open(browser, look, url)
    _save(page, name, high=min(WHOLE, page.evaluate("document.documentElement.scrollHeight")))
    page.close()


def _open(browser: Browser, look: str, url: str) -> Page:
    scheme, width = LOOKS[look]
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    page.goto(url)
    page.wait_for_selector("h1")
    page.wait_for_timeout(SETTLED_MS)
    return page


def _save(page: Page, name: str, high: int) -> None:
    path = OUT / f"{name}.jpg"
    size = page.viewport_size or {"width": 1280}
    clip = {"x": 0, "y": 0, "width": size["width"], "height": high}
    page.screenshot(path=path, full_page=True, clip=clip, type="jpeg", quality=82)  # type: ignore[arg-type]
    print(path)


if __name__ == "__main__":
    main()

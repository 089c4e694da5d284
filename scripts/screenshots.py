"""Pictures of the running app for the README: `python -m scripts.screenshots [URL]`.

Needs `kairoscope serve` with its gallery analysed, and Chromium. Only rendered scenes are shown.
"""

import json
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
CHROMIUM = "/usr/bin/chromium"
SHOWN = "PoleVault"


def main() -> None:
    """Write library and video pages, light and dark, and the phone's."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050"
    with urllib.request.urlopen(f"{url}/api/v1/videos") as answer:
        videos = json.load(answer)["items"]
    video = next(v for v in videos if v["gallery"] and v["name"].startswith(SHOWN))
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scheme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
            page = browser.new_page(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            name = "phone" if width < 500 else scheme
            page.goto(url)
            page.wait_for_selector("text=Analysed")
            _save(page, f"library-{name}.png", full=False)
            page.goto(f"{url}/v/{video['id']}?t={video['duration_s'] * 0.72:.2f}")
            page.wait_for_selector("text=Uniform")
            page.wait_for_timeout(4000)  # the player seeks, the strips load
            _save(page, f"video-{name}.png", full=True)
        browser.close()


def _save(page: Page, name: str, full: bool) -> None:
    page.screenshot(path=OUT / name, full_page=full)
    print(OUT / name)


if __name__ == "__main__":
    main()

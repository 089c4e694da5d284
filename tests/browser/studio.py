"""The clip of the browser tests, and what a test asks of the video page that shows it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from playwright.sync_api import Locator, Page, expect

from app.ui_bench.page import PLOT, READ_FRAME

CLIP = "numbered.mp4"
BITS, BLOCK = 8, 28  # the foot of frame t spells t in blocks, the lowest bit on the left
GAPS = np.tile([1 / 30, 1 / 30, 1 / 15, 1 / 12], 21)
TIMES = np.round(np.cumsum(GAPS) - GAPS[0], 4)
METHODS = ["rtsae", "sms", "average", "ranktracing", "superframes", "uniform"]

ALIGNED = f"""() => {{
  const plot = ({PLOT})(), timeline = document.querySelector(".timeline");
  const [left, width] = ["--left", "--width"].map(
    name => parseFloat(timeline.style.getPropertyValue(name)));
  const start = timeline.getBoundingClientRect().left + left;
  return Math.abs(start - plot.left) < 0.5 && Math.abs(width - plot.width) < 0.5;
}}"""


@dataclass
class Studio:
    """A video page, spoken to in the terms of its users."""

    page: Page

    def ready(self) -> None:
        """Wait for the picture, the film, the curves, and a keyframe of every method below them."""
        expect(self.page.locator("[data-method] .track:has(.cell)")).to_have_count(len(METHODS))
        self.page.wait_for_function("() => document.getElementById('player').readyState >= 2")
        expect(self.page.locator("#film .track span").first).to_be_attached()
        self.page.wait_for_function(f"() => ({PLOT})().steps > 0")
        self.aligned()

    def aligned(self) -> None:
        """Wait until the rows stand under the curves: figures are laid out in their own time."""
        self.page.wait_for_function(ALIGNED)

    def shown(self) -> int:
        """The frame the page says it shows, once the picture itself shows that frame and stays."""
        before = None
        while (now := self._pictured()) != before:
            before = now
        return now

    def _pictured(self) -> int:
        agreed = f"""arguments => {{
          const frame = ({STATED})();
          return ({READ_FRAME})(arguments) === frame && {{frame}};
        }}"""
        found = self.page.wait_for_function(agreed, arg=[BITS, BLOCK])
        return int(found.json_value()["frame"])

    def x_of(self, seconds: float) -> float:
        """Where a second lies in the window, by the figure's own plot area."""
        plot = self.page.evaluate(PLOT)
        start, end = plot["range"]
        return float(plot["left"] + (seconds - start) / (end - start) * plot["width"])

    def y_of_curve(self) -> float:
        """The middle of the plot of phi."""
        plot = self.page.evaluate(PLOT)
        return float(plot["top"] + plot["height"] / 4)

    def playhead_x(self) -> float:
        """The middle of the playhead."""
        box = self.page.locator("#playhead").bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2

    def result(self) -> dict[str, Any]:
        """The analysis that the page links to."""
        address = "document.getElementById('export').href"
        return dict(self.page.evaluate(f"fetch({address}).then(answer => answer.json())"))

    def ticks(self, method: str) -> list[float]:
        """Where the ticks of a method's row stand in the window."""
        middle = "e => { const b = e.getBoundingClientRect(); return b.left + b.width / 2; }"
        ticks = self.page.locator(f"[data-method={method}] .track i")
        return list(ticks.evaluate_all(f"ticks => ticks.map({middle})"))

    def expected_ticks(self, method: str) -> list[float]:
        """Where they belong: the keyframes in sight, by the figure's own plot area."""
        start, end = self.page.evaluate(PLOT)["range"]
        times = [frame["time_s"] for frame in self.result()["methods"][method]["keyframes"]]
        return [self.x_of(seconds) for seconds in times if start <= seconds <= end]

    def keyframes(self, method: str) -> list[int]:
        """The keyframes on a method's row."""
        cells = self.page.locator(f"[data-method={method}] .cell")
        return [int(index) for index in cells.evaluate_all("c => c.map(e => e.dataset.frame)")]


STATED = """() => Number(document.getElementById("frame").textContent.match(/\\d+/)?.[0] ?? -1)"""


def opened(page: Page, name: str) -> Locator:
    """The dialog that the button of this name opens."""
    expect(page).to_have_title(f"{CLIP} · Kairoscope")  # its script has taken over
    page.get_by_role("button", name=name).click()
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    return dialog


def run_of(address: str) -> str:
    """The run that the address of a video page names, empty where it names none."""
    return parse_qs(urlsplit(address).query).get("run", [""])[0]


def await_new_run(page: Page, before: str) -> str:
    """Wait for the page of another run than that of the address `before`; its id."""
    page.wait_for_url(lambda url: run_of(url) not in ("", run_of(before)))
    return run_of(page.url)


def frame_at(seconds: float) -> int:
    """The frame on screen at a time."""
    return int(np.searchsorted(TIMES, seconds + 1e-3, side="right")) - 1

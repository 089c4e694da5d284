"""From a move of the pointer over the curves to the preview that shows that frame."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui_bench.errors import CannotMeasure
from app.ui_bench.page import PLOT, open_video

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Waits for the next move. It hears of it after the page did; the preview is there once its picture
# is decoded and a frame was painted after that.
LISTEN = """() => {
  window.hovered = new Promise(resolve => addEventListener("pointermove", async event => {
    const card = document.querySelector(".preview"), picture = card.firstElementChild;
    const sheet = new Image();
    sheet.src = picture.style.backgroundImage.slice(5, -2);
    await sheet.decode();
    requestAnimationFrame(() => setTimeout(() => {
      const second = Number(card.querySelector("strong").textContent.match(/([\\d.]+) s$/)[1]);
      resolve({ms: performance.now() - event.timeStamp, second, shown: !card.hidden});
    }));
  }, {once: true}));
}"""


def hover(page: "Page", video_id: str, frame_s: float, shares: Sequence[float]) -> list[float]:
    """Milliseconds of a move to each of these shares of the plot's width, on a page just opened.

    Raises CannotMeasure where the preview shows neither the second under the pointer nor, once the
    page knows the frames' times, that of the frame on screen then: `frame_s` (s) earlier at most.
    """
    open_video(page, video_id)
    plot = page.evaluate(PLOT)
    start, end = plot["range"]
    pixel_s = (end - start) / plot["width"]
    found = []
    for share in shares:
        x = round(plot["left"] + share * plot["width"])
        page.evaluate(LISTEN)
        page.mouse.move(x, plot["top"] + plot["height"] / 4)
        seen = page.evaluate("() => window.hovered")
        pointed = start + (x - plot["left"]) * pixel_s
        early, near = pointed - seen["second"], 2 * pixel_s
        if not seen["shown"] or not -near <= early <= frame_s + near:
            raise CannotMeasure(f"the preview shows {seen['second']} s at {pointed:.3f} s")
        found.append(float(seen["ms"]))
    return found

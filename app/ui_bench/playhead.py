"""Between the frame that is pictured and where the playhead stands on the curves."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from app.ui_bench.page import PLOT, READ_FRAME, open_video
from model.datasets.numbered import Digits

if TYPE_CHECKING:
    from playwright.sync_api import Page

STILL = 4  # painted frames over which neither picture nor playhead moves

# Picture and playhead once both stand still: the number that the picture spells, and the middle of
# the playhead, px of the window.
SETTLED = f"""async digits => {{
  const look = () => {{
    const {{left, width}} = document.getElementById("playhead").getBoundingClientRect();
    return {{frame: ({READ_FRAME})(digits), x: left + width / 2}};
  }};
  let seen = look();
  for (let still = 0; still < {STILL};) {{
    await new Promise(requestAnimationFrame);
    const now = look();
    still = now.frame !== null && now.frame === seen.frame && now.x === seen.x ? still + 1 : 0;
    seen = now;
  }}
  return seen;
}}"""


def playhead(
    page: "Page", video_id: str, numbers: range, times: Sequence[float], digits: Digits,
    shares: Sequence[float],
) -> list[float]:  # fmt: skip
    """Frames between picture and playhead after a click at each of these shares of the plot's
    width, on the clip whose frames spell `numbers` and were written for `times` (s)."""
    open_video(page, video_id)
    off = []
    for share in shares:
        plot = page.evaluate(PLOT)
        page.mouse.click(plot["left"] + share * plot["width"], plot["top"] + plot["height"] / 4)
        seen = page.evaluate(SETTLED, [digits.bits, digits.block])
        plot = page.evaluate(PLOT)  # a page just opened may still find its width
        start, end = plot["range"]
        second = start + (seen["x"] - plot["left"]) / plot["width"] * (end - start)
        stands = int(np.abs(np.asarray(times) - second).argmin())
        off.append(float(abs(numbers.index(seen["frame"]) - stands)))
    return off

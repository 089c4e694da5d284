"""What the measurements ask of the video page, as functions that run in it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The number that the foot of the picture in the player spells (model.datasets.numbered); null while
# the player seeks.
READ_FRAME = """([bits, block]) => {
  const video = document.getElementById("player");
  if (!video || video.seeking || video.readyState < 2) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  let frame = 0;
  for (let bit = 0; bit < bits; bit++) {
    const at = [(bit + 0.5) * block, canvas.height - block / 2];
    frame |= (context.getImageData(...at, 1, 1).data[0] > 127) << bit;
  }
  return frame;
}"""

# Where the curves are drawn, px of the window, and which seconds they show.
PLOT = """() => {
  const graph = document.querySelector("#curves .js-plotly-plot");
  if (!graph?._fullLayout) return {left: 1e9, range: [0, 0], steps: 0};  // not drawn yet
  const {_size: size, xaxis} = graph._fullLayout, box = graph.getBoundingClientRect();
  const phi = graph._fullData.find(trace => trace.name === "phi");
  return {left: box.left + size.l, width: size.w, top: box.top + size.t, height: size.h,
          range: xaxis.range, steps: phi?.x.length ?? 0};
}"""

# Milliseconds since the navigation once the player has a picture, the curves are drawn and every
# method of the page has a keyframe; 0 until then.
COMPLETE = f"""() => {{
  const rows = [...document.querySelectorAll("[data-method]")];
  const ready = rows.length && rows.every(row => row.querySelector(".track .cell"))
    && document.getElementById("player").readyState >= 2 && ({PLOT})().steps > 0;
  return ready ? performance.now() : 0;
}}"""


def open_video(page: "Page", video_id: str) -> float:
    """Open a video's page; the milliseconds until it was complete."""
    page.goto(f"/v/{video_id}", wait_until="commit")
    return float(page.wait_for_function(COMPLETE).json_value())

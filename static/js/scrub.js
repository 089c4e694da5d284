// Moving over a picture runs through the clip.
import { Sprites } from "./sprites.js";

const sprites = new Map();

export function scrubbing(page, signal) {
  page.addEventListener("pointermove", scrub, { signal });
  page.addEventListener("pointerout", rest, { signal });
}

async function scrub(event) {
  const picture = event.target.closest("[data-sprites]");
  if (!picture || event.pointerType === "touch") return;
  const video = picture.closest("[data-video]").dataset.video;
  if (!sprites.has(video)) sprites.set(video, Sprites.load(video));
  const sheet = await sprites.get(video);
  const { left, width, height } = picture.getBoundingClientRect();
  const share = Math.min(0.999, Math.max(0, (event.clientX - left) / width));
  const still = picture.querySelector(".scrub");
  if (!picture.matches(":hover")) return;
  const high = Math.max(height, width / sheet.aspect);
  sheet.paint(still, Math.floor(share * sheet.tiles), high, Math.min(width, high * sheet.aspect));
  still.style.setProperty("--at", `${share * 100}%`);
  picture.classList.add("scrubbing");
}

function rest(event) {
  const picture = event.target.closest("[data-sprites]");
  if (picture && !picture.contains(event.relatedTarget)) picture.classList.remove("scrubbing");
}

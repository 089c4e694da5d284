// The library: uploads, the pictures that move under the pointer, deleting.
import { call, toast } from "./rest.js";
import { Sprites } from "./sprites.js";
import { Uploads } from "./uploads.js";

let opened = null;
let uploads = null; // outlives the page: an upload goes on while another page is open
const sprites = new Map();

export function open() {
  opened?.abort();
  opened = new AbortController();
  const { signal } = opened;
  const page = document.getElementById("page");
  document.title = "Library · Kairoscope";
  const changed = () => window.dash_clientside.set_props("library-changed", { data: Date.now() });
  uploads ??= new Uploads();
  uploads.show(document.getElementById("uploads"), changed);
  uploads.accept(document.getElementById("choose"), signal);
  page.addEventListener("pointermove", scrub, { signal });
  page.addEventListener("pointerout", rest, { signal });
  confirmDelete(page, changed, signal);
  const drop = document.getElementById("drop");
  const gone = new MutationObserver(() => drop.isConnected || opened?.abort());
  gone.observe(page, { childList: true });
  signal.addEventListener("abort", () => gone.disconnect());
}

// Moving over a picture runs through the clip.
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

function confirmDelete(page, changed, signal) {
  const dialog = document.getElementById("delete-dialog");
  let video = null;
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-delete]");
    if (!button) return;
    video = button.dataset.delete;
    document.getElementById("delete-text").textContent =
      `${button.dataset.name} and its analyses will be gone for good.`;
    dialog.showModal();
  }, { signal });
  document.getElementById("delete-ok").addEventListener("click", async () => {
    dialog.close();
    try {
      await call("DELETE", `/videos/${video}`);
    } catch (error) {
      toast(error.message);
    }
    changed();
  }, { signal });
}

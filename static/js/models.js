// The models page: a click on a digest or a command copies it.
import { toast } from "./rest.js";

let opened = null;

export function open() {
  opened?.abort();
  opened = new AbortController();
  const { signal } = opened;
  const page = document.getElementById("page");
  const first = page.firstElementChild;
  page.addEventListener("click", (event) => copy(event.target.closest("[data-copy]")), { signal });
  const gone = new MutationObserver(() => first.isConnected || opened?.abort());
  gone.observe(page, { childList: true });
  signal.addEventListener("abort", () => gone.disconnect());
}

async function copy(button) {
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast("Copied");
  } catch {
    toast(`This browser does not let a page copy here: ${button.dataset.copy}`);
  }
}

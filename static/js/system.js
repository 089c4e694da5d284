// The system page refreshes by itself: a link that has the focus keeps it.
import { keepFocus } from "./focus.js";

let opened = null;

export function open() {
  opened?.abort();
  const page = document.getElementById("page"), live = document.getElementById("system-live");
  if (!live) return; // left before this was loaded
  opened = new AbortController();
  keepFocus(live, (link) => link.matches("a[href]") && `a[href="${CSS.escape(link.getAttribute("href"))}"]`, opened.signal);
  const gone = new MutationObserver(() => live.isConnected || opened.abort());
  gone.observe(page, { childList: true });
  opened.signal.addEventListener("abort", () => gone.disconnect());
}

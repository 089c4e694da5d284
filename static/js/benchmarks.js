// The page of reproductions: the filter, and the panel that tells how a number was made.
import { keepFocus } from "./focus.js";
import { build } from "./tree.js";

let opened = null;

export function open() {
  opened?.abort();
  const page = document.getElementById("page"), live = document.getElementById("benchmarks-live");
  if (!live) return; // left before this was loaded
  opened = new AbortController();
  const { signal } = opened, panel = document.getElementById("benchmarks-run");
  keepFocus(live, address, signal);

  const show = (ids) => {
    const runs = ids.split(",").map((id) => document.getElementById(id)).filter((run) => run?.matches("details.run"));
    if (!runs.length) return;
    const parts = runs.flatMap((run) => [heading(run), run.querySelector("dl").cloneNode(true)]);
    panel.querySelector("[data-content]").replaceChildren(...parts);
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
    history.replaceState(history.state, "", `#${ids}`);
  };
  page.addEventListener("click", (event) => {
    const link = event.target.closest("[data-run]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.dataset.run);
  }, { signal });
  panel.addEventListener("close", () => history.replaceState(history.state, "", location.pathname + location.search), { signal });

  const select = document.getElementById("benchmarks-section"), query = document.getElementById("benchmarks-query");
  let section = select.value;
  const filter = () => {
    build(live);
    if (select.value !== section) select.value = section; // its options may have moved
    apply(live, section, query.value.trim().toLowerCase());
  };
  select.addEventListener("input", () => { section = select.value; }, { signal });
  live.addEventListener("input", filter, { signal });
  // Anew after what runs has been shown anew. Figures change, too, but in their own depths.
  let due = 0;
  const changes = new MutationObserver(() => { due ||= requestAnimationFrame(() => { due = 0; filter(); }); });
  changes.observe(live, { childList: true, subtree: true, attributeFilter: ["data-tree"] });
  const gone = new MutationObserver(() => live.isConnected || opened.abort());
  gone.observe(page, { childList: true });
  signal.addEventListener("abort", () => { changes.disconnect(); gone.disconnect(); });
  filter(); // by what was typed or chosen before this was loaded
  if (location.hash.startsWith("#run-")) show(location.hash.slice(1));
  live.dataset.open = "";
}

// What finds a link of the page again after it was made anew; of many numbers that lead to one run
// none can be told from the others.
function address(element) {
  if (element.dataset.run) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  return href && `a[href="${CSS.escape(href)}"]`;
}

function heading(run) {
  const title = document.createElement("h2");
  title.append(...run.querySelector("summary").cloneNode(true).childNodes);
  return title;
}

// Shows of each section what has the words: all of it where its heading has them.
function apply(live, name, words) {
  const has = (element) => element.textContent.toLowerCase().includes(words);
  const sections = [...live.querySelectorAll("[data-section]")];
  let found = 0;
  for (const section of sections) {
    const wanted = !name || section.dataset.section === name;
    const whole = !words || has(section.querySelector("h2"));
    const parts = [...section.querySelectorAll("[data-part]")];
    const shown = parts.filter((part) => showPart(part, words, whole, has)).length;
    const other = rows(section).filter((row) => !row.closest("[data-part]"));
    const lines = other.filter((row) => toggle(row, whole || has(row))).length;
    found += toggle(section, wanted && (whole || shown + lines > 0));
  }
  const said = live.querySelector("#benchmarks-found");
  const text = words || name ? `${found} of ${sections.length} sections` : "";
  if (said.textContent !== text) said.textContent = text; // no change without need: one is observed
}

// A part with its rows; says whether any of it is shown.
function showPart(part, words, whole, has) {
  const title = part.querySelector("h3"), pictured = part.dataset.words?.toLowerCase().includes(words);
  const all = whole || pictured || (title && has(title));
  if (part.dataset.part === "table") {
    const shown = rows(part).filter((row) => toggle(row, all || has(row)));
    return toggle(part, shown.length > 0);
  }
  return toggle(part, all || (part.dataset.part === "run" && has(part)));
}

function rows(within) {
  return [...within.querySelectorAll("tbody tr")];
}

function toggle(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
  return shown;
}

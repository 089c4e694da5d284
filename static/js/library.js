// The library page: its address, its cards, its uploads.
import { Actions } from "./library_actions.js";
import { keepFocus } from "./focus.js";
import { listen } from "./library_keys.js";
import { LibraryView } from "./library_view.js";
import { scrubbing } from "./scrub.js";
import { Selection } from "./selection.js";
import { Uploads } from "./uploads.js";

let opened = null;
let view = null;
let uploads = null; // outlives the page: an upload goes on while another page is open

export function open() {
  opened?.abort();
  const page = document.getElementById("page");
  const grid = document.getElementById("library-grid");
  if (!grid) return; // left before this was loaded
  opened = new AbortController();
  const { signal } = opened;
  const changed = () => {
    if (document.getElementById("library-grid")) window.dash_clientside.set_props("library-changed", { data: Date.now() });
  };
  uploads ??= new Uploads();
  uploads.show(changed, signal);
  uploads.accept(document.getElementById("choose"), signal);
  view = new LibraryView(page, signal);
  scrubbing(page, signal);
  const selection = new Selection(grid, signal);
  const actions = new Actions(selection, changed, signal);
  keepFocus(grid, inCard, signal);
  listen(grid, selection, actions, signal);
  buttons(grid, selection, actions, signal);
  const gone = new MutationObserver(() => grid.isConnected || opened?.abort());
  gone.observe(page, { childList: true });
  signal.addEventListener("abort", () => gone.disconnect());
}

// Where the focus is in a card, to find it in the card made anew.
function inCard(element) {
  const card = element.closest("[data-video]");
  const part = [".select", ".tag", ".delete"].find((name) => element.matches(name)) ?? "h2 a";
  return card && `[data-video="${card.dataset.video}"] ${part}`;
}

// The search field's value, as Dash has it.
export function search(text) {
  view?.set({ q: (text ?? "").trim() });
}

function buttons(grid, selection, actions, signal) {
  const on = (element, act) => element.addEventListener("click", act, { signal });
  const bulk = (name, act) => on(document.getElementById(`bulk-${name}`), act);
  bulk("tags", () => actions.tag(selection.selected));
  bulk("analyse", () => actions.analyse(selection.selected));
  bulk("delete", () => actions.delete(selection.selected));
  bulk("none", () => { selection.all(false); document.getElementById("select-all").focus(); });
  on(grid, (event) => {
    const card = event.target.closest("[data-video]");
    if (event.target.closest("[data-delete]")) actions.delete([card]);
    if (event.target.closest("[data-tag]")) actions.tag([card]);
    const picture = event.target.closest(".picture a");
    if (picture && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault(); // Dash's own link opens the page without loading it anew
      card.querySelector("h2 a").click();
    }
  });
}

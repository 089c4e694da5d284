// A card is made anew when what it says changes: the focus goes back to where it was in it.
const PARTS = [".select", ".tag", ".delete"];

export function keepFocus(grid, signal) {
  let last = null;
  const on = (name, act) => document.addEventListener(name, act, { signal, capture: true });
  on("focusin", ({ target }) => {
    const card = grid.contains(target) && target.closest("[data-video]");
    if (card) last = { video: card.dataset.video, part: PARTS.find((part) => target.matches(part)) ?? "h2 a" };
    else if (!target.closest("dialog")) last = null;
  });
  on("pointerdown", ({ target }) => { if (!target.closest("dialog")) last = null; });
  const back = () => {
    if (!last || document.activeElement !== document.body) return;
    grid.querySelector(`[data-video="${last.video}"] ${last.part}`)?.focus();
  };
  on("close", () => setTimeout(back)); // of a dialog
  const changes = new MutationObserver(back);
  changes.observe(grid, { childList: true, subtree: true });
  signal.addEventListener("abort", () => changes.disconnect());
}

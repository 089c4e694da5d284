// What Dash shows anew is made anew when it says something else: the focus goes back to where it was.

// `selectorOf(element)` finds an element below `root` again after it was replaced; null: not kept.
export function keepFocus(root, selectorOf, signal) {
  const kept = (element) => (root.contains(element) && selectorOf(element)) || null;
  let last = kept(document.activeElement);
  const on = (name, act) => document.addEventListener(name, act, { signal, capture: true });
  on("focusin", ({ target }) => {
    if (!target.closest("dialog") || kept(target)) last = kept(target);
  });
  on("pointerdown", ({ target }) => { if (!target.closest("dialog")) last = null; });
  const back = () => {
    if (last && document.activeElement === document.body) root.querySelector(last)?.focus();
  };
  on("close", () => setTimeout(back)); // of a dialog
  const changes = new MutationObserver(back);
  changes.observe(root, { childList: true, subtree: true });
  signal.addEventListener("abort", () => changes.disconnect());
}

// The keyboard of the library: arrows go from card to card, letters act on what is selected, or else
// on the card that has the focus.
export function listen(grid, selection, actions, signal) {
  const cardOf = (element) => element?.closest?.("#library-grid [data-video]");
  const aims = (card) => (selection.selected.length ? selection.selected : card ? [card] : []);

  function move(card, by, range) {
    const { cards } = selection;
    const to = cards[Math.min(cards.length - 1, Math.max(0, cards.indexOf(card) + by))];
    if (range) {
      if (!selection.selected.includes(card)) selection.toggle(card);
      selection.toggle(to, true);
    }
    to?.querySelector("h2 a").focus();
  }

  const columns = () => getComputedStyle(grid).gridTemplateColumns.split(" ").length;
  const onCard = {
    ArrowLeft: (card, range) => move(card, -1, range),
    ArrowRight: (card, range) => move(card, 1, range),
    ArrowUp: (card, range) => move(card, -columns(), range),
    ArrowDown: (card, range) => move(card, columns(), range),
    Home: (card, range) => move(card, -Infinity, range),
    End: (card, range) => move(card, Infinity, range),
    x: (card, range) => selection.toggle(card, range),
    X: (card) => selection.toggle(card, true),
  };
  const anywhere = {
    "/": () => document.getElementById("library-query").focus(),
    Escape: () => selection.all(false),
    Delete: (card) => actions.delete(aims(card)),
    t: (card) => actions.tag(aims(card)),
    z: () => actions.undo(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const card = cardOf(event.target);
    if (event.ctrlKey || event.metaKey) {
      if (event.key === "a" && selection.cards.length) selection.all(true);
      else if (event.key !== "z" || !actions.undo()) return;
      event.preventDefault();
      return;
    }
    const action = (card && onCard[event.key]) || anywhere[event.key];
    if (!action) return;
    event.preventDefault();
    action(card, event.shiftKey);
  }, { signal });
}

// Which cards are selected. The elements come and go with the list; the ids stay.
import { count } from "./format.js";

export class Selection {
  #grid; #ids = new Set(); #gone = new Set(); #anchor = null;

  constructor(grid, signal) {
    this.#grid = grid;
    grid.addEventListener("click", (event) => {
      if (event.target.closest(".select")) this.toggle(event.target.closest("[data-video]"), event.shiftKey);
    }, { signal });
    document.getElementById("select-all").addEventListener("click", () => this.all(this.#ids.size < this.cards.length), { signal });
    const changes = new MutationObserver(() => this.#show());
    changes.observe(grid, { childList: true, subtree: true, attributeFilter: ["id"] });
    signal.addEventListener("abort", () => changes.disconnect());
    this.#show();
  }

  // The cards in sight, in their order.
  get cards() {
    return [...this.#grid.querySelectorAll("[data-video]")].filter((card) => !this.#gone.has(card.dataset.video));
  }

  get selected() {
    return this.cards.filter((card) => this.#ids.has(card.dataset.video));
  }

  // Select a card or take it out; with `range` do the same with all from the last one to it.
  toggle(card, range = false) {
    const { cards } = this, here = cards.indexOf(card);
    const there = cards.findIndex((one) => one.dataset.video === this.#anchor);
    const select = !this.#ids.has(card.dataset.video);
    const ends = range && there >= 0 ? [Math.min(here, there), Math.max(here, there)] : [here, here];
    for (const one of cards.slice(ends[0], ends[1] + 1)) this.#put(one.dataset.video, select || range);
    this.#anchor = card.dataset.video;
    this.#show();
  }

  all(select) {
    for (const card of this.cards) this.#put(card.dataset.video, select);
    this.#show();
  }

  // Hide cards at once, before the server has answered, or show them again.
  hide(ids, hidden) {
    for (const id of ids) {
      if (hidden) this.#gone.add(id);
      else this.#gone.delete(id);
      this.#ids.delete(id);
    }
    this.#show();
  }

  // Exactly two can be seen side by side.
  #pair() {
    const link = document.getElementById("bulk-compare");
    const [a, b, ...more] = this.selected.map((card) => card.dataset.video);
    link.hidden = !b || more.length > 0;
    if (!link.hidden) link.href = `/compare?${new URLSearchParams({ a, b })}`;
  }

  #put(id, select) {
    if (select) this.#ids.add(id);
    else this.#ids.delete(id);
  }

  #show() {
    const { cards } = this;
    for (const card of this.#grid.querySelectorAll("[data-video]")) {
      const { video } = card.dataset;
      card.hidden = this.#gone.has(video);
      card.classList.toggle("selected", this.#ids.has(video));
      card.querySelector(".select").setAttribute("aria-checked", String(this.#ids.has(video)));
    }
    const there = new Set(cards.map((card) => card.dataset.video));
    for (const id of this.#ids) if (!there.has(id)) this.#ids.delete(id);
    const { size } = this.#ids;
    this.#grid.classList.toggle("selecting", size > 0);
    const all = document.getElementById("select-all");
    all.setAttribute("aria-checked", size === 0 ? "false" : size === cards.length ? "true" : "mixed");
    all.disabled = cards.length === 0;
    document.getElementById("bulk").hidden = size === 0;
    document.getElementById("library-count").hidden = size > 0;
    this.#pair();
    const said = document.getElementById("selected-count");
    said.hidden = size === 0;
    if (size) said.textContent = `${count(size, "video")} selected`;
  }
}

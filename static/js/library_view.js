// What the library shows lies in the address, so that a link opens the same; app/pages/library/view.py
// reads it.
const PAGE = 60;
const USUAL = { sort: "added" };
const FALLS = { added: true, name: false, duration: true, frames: true, size: true };
const WORDS = {
  added: ["Newest first", "Oldest first"], name: ["Z to A", "A to Z"], duration: ["Longest first", "Shortest first"],
  frames: ["Most first", "Fewest first"], size: ["Largest first", "Smallest first"],
};

export class LibraryView {
  #search;

  constructor(page, signal) {
    const on = (element, name, act) => element.addEventListener(name, act, { signal });
    const part = (name) => document.getElementById(`library-${name}`);
    this.#search = location.search.slice(1);
    for (const name of ["state", "from", "sort"]) {
      on(part(name), "change", (event) => this.set({ [name]: event.target.value, ...(name === "sort" && { order: "" }) }));
    }
    on(part("order"), "click", () => this.set({ order: this.falls ? "asc" : "desc" }));
    on(part("tags"), "change", (event) => { this.addTag(event.target.value); event.target.value = ""; });
    on(part("more"), "click", () => this.#more());
    on(page, "click", (event) => {
      const link = event.target.closest("[data-tag-filter]");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        this.addTag(link.dataset.tagFilter);
      }
      const chip = event.target.closest("[data-unfilter]");
      if (chip) this.#removeTag(chip);
      if (event.target.closest("[data-clear]")) {
        this.set({ q: "", tag: [], state: "", from: "" });
        part("query").focus();
      }
    });
    // Back, forward, and the link to the library while it is open.
    for (const name of ["popstate", "_dashprivate_pushstate"]) {
      on(window, name, () => location.pathname === "/" && location.search.slice(1) !== this.#search && this.#show());
    }
    this.#controls();
  }

  get params() {
    return new URLSearchParams(location.search);
  }

  get sort() {
    return this.params.get("sort") ?? USUAL.sort;
  }

  // Whether the largest comes first.
  get falls() {
    const order = this.params.get("order");
    return order ? order === "desc" : FALLS[this.sort] ?? true;
  }

  // Change some of it; "" and [] take a wish back.
  set(changes) {
    const params = this.params;
    params.delete("show");
    for (const [name, values] of Object.entries(changes)) {
      params.delete(name);
      for (const value of [values].flat()) if (value && USUAL[name] !== value) params.append(name, value);
    }
    this.#go(params);
  }

  addTag(tag) {
    if (tag) this.set({ tag: [...new Set([...this.params.getAll("tag"), tag])] });
  }

  #removeTag(chip) {
    const others = this.params.getAll("tag").filter((tag) => tag !== chip.dataset.unfilter);
    this.set({ tag: others });
    (document.querySelector("[data-unfilter]") ?? document.getElementById("library-tags")).focus();
  }

  #more() {
    const params = this.params;
    params.set("show", Math.max(PAGE, Number(params.get("show")) || 0) + PAGE);
    this.#go(params);
  }

  #go(params) {
    const search = params.toString();
    if (search === this.params.toString()) return;
    history.replaceState(history.state, "", search ? `?${search}` : location.pathname);
    this.#show();
  }

  #show() {
    this.#search = location.search.slice(1);
    window.dash_clientside.set_props("library-view", { data: this.#search });
    this.#controls();
  }

  #controls() {
    const { params } = this;
    const part = (name) => document.getElementById(`library-${name}`);
    for (const name of ["state", "from", "sort"]) {
      part(name).value = params.get(name) ?? USUAL[name] ?? "";
      part(name).classList.toggle("chosen", name !== "sort" && params.has(name));
    }
    const query = params.get("q") ?? "";
    if (part("query").value.trim() !== query) window.dash_clientside.set_props("library-query", { value: query });
    const [falling, rising] = WORDS[this.sort] ?? WORDS.added;
    part("order").textContent = this.falls ? falling : rising;
    part("order").setAttribute("aria-label", `Order: ${this.falls ? falling : rising}. Turn it round`);
    part("chips").replaceChildren(...params.getAll("tag").map(chip));
    part("clear").hidden = !["q", "tag", "state", "from"].some((name) => params.has(name));
  }
}

function chip(tag) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: tag });
  button.dataset.unfilter = tag;
  button.setAttribute("aria-label", `No longer only ${tag}`);
  item.append(button);
  return item;
}

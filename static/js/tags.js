// The tags of some videos, in a dialog; each change is made at once.
import { count } from "./format.js";
import { call } from "./rest.js";

export class TagsDialog {
  #dialog; #field; #changed; #videos = new Map(); // of each video its tags

  constructor(changed, signal) {
    this.#changed = changed;
    this.#dialog = document.getElementById("tags-dialog");
    this.#field = Object.assign(document.createElement("input"), { id: "new-tag", maxLength: 50, autocomplete: "off" });
    this.#field.setAttribute("list", "library-known-tags");
    this.#dialog.querySelector(".tag-field").replaceChildren(this.#field);
    this.#dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const tags = this.#field.value.split(",").map((tag) => tag.trim()).filter(Boolean);
      if (tags.length) this.#change(tags, []);
    }, { signal });
    this.#dialog.querySelector(".tag-list").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { tag, all } = button.dataset;
      this.#change(all === "no" ? [tag] : [], all === "no" ? [] : [tag]);
    }, { signal });
  }

  open(cards) {
    this.#videos = new Map(cards.map(({ dataset }) => [dataset.video, dataset.tags.split("\n").filter(Boolean)]));
    const what = cards.length === 1 ? `“${cards[0].dataset.name}”` : count(cards.length, "video");
    document.getElementById("tags-title").textContent = `Tags of ${what}`;
    this.#field.value = "";
    this.#say("");
    this.#show();
    this.#dialog.showModal();
    this.#field.focus();
  }

  async #change(add, remove) {
    try {
      await call("PATCH", "/videos/tags", { ids: [...this.#videos.keys()], add, remove });
    } catch (error) {
      return this.#say(error.message);
    }
    for (const [video, tags] of this.#videos) {
      this.#videos.set(video, [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)));
    }
    this.#field.value = "";
    this.#say("");
    this.#show();
    this.#field.focus();
    this.#changed();
  }

  #say(fault) {
    this.#dialog.querySelector(".tag-fault").textContent = fault;
  }

  #show() {
    const numbers = new Map();
    for (const tag of [...this.#videos.values()].flat()) numbers.set(tag, (numbers.get(tag) ?? 0) + 1);
    const { size } = this.#videos;
    const items = [...numbers].sort(([a], [b]) => a.localeCompare(b)).map(([tag, number]) => item(tag, number, size));
    const none = Object.assign(document.createElement("li"), { className: "none", textContent: "No tags yet." });
    this.#dialog.querySelector(".tag-list").replaceChildren(...(items.length ? items : [none]));
  }
}

function item(tag, number, size) {
  const element = document.createElement("li");
  const words = Object.assign(document.createElement("span"), { textContent: tag });
  const partly = number < size;
  const share = Object.assign(document.createElement("span"), { className: "share", textContent: partly ? `${number} of ${size}` : "" });
  element.append(words, share);
  if (partly) element.append(button(tag, "no", "Add to all", `Add ${tag} to all`));
  element.append(button(tag, "yes", "Remove", `Remove ${tag}`));
  return element;
}

function button(tag, all, words, label) {
  const element = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words });
  Object.assign(element.dataset, { tag, all });
  element.setAttribute("aria-label", label);
  return element;
}

// The card that shows the frame under the pointer, with its number, its second and its scores.
import { lastAtMost } from "./sprites.js";

const HEIGHT = 132;

export class Preview {
  #card; #picture; #title; #text;
  sprites = null;
  steps = null;

  constructor(parent, clock) {
    this.clock = clock;
    this.#card = document.createElement("div");
    this.#card.className = "preview";
    this.#card.hidden = true;
    this.#picture = document.createElement("div");
    this.#title = document.createElement("strong");
    this.#text = document.createElement("span");
    this.#card.append(this.#picture, this.#title, this.#text);
    parent.append(this.#card);
  }

  // Show what is known at `time` (s) above the point `x`, `y` of the window, or below. `frame` may be null.
  show({ x, y, time, frame, extra = "" }) {
    this.#picture.hidden = !this.sprites;
    this.sprites?.paint(this.#picture, this.sprites.tileAt(time, this.clock.times, this.clock.duration), HEIGHT);
    this.#title.textContent = `${frame === null ? "" : `frame ${frame} · `}${time.toFixed(3)} s`;
    this.#text.textContent = [extra, this.#scores(time)].filter(Boolean).join(" · ");
    this.#card.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    const left = Math.min(Math.max(8, x - width / 2), innerWidth - width - 8);
    const above = y - height - 8;
    this.#card.style.transform = `translate(${left}px, ${above > 8 ? above : y + 60}px)`;
    this.#card.dataset.frame = frame ?? "";
  }

  hide() { this.#card.hidden = true; }

  remove() { this.#card.remove(); }

  #scores(time) {
    if (!this.steps?.time_s.length || time < this.steps.time_s[0]) return "";
    const step = lastAtMost(this.steps.time_s, time);
    const gate = this.steps.gate[step].toFixed(2);
    return `φ ${this.steps.phi[step].toPrecision(3)} · a ${gate}${this.steps.open[step] ? " open" : ""}`;
  }
}

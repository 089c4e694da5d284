// One upload as a row: its name, how far it is, and what can be done with it.
import { bytes, seconds } from "./format.js";
import { Pace } from "./pace.js";

// Of these states an upload goes on by itself, ends, or waits for somebody.
export const ACTIVE = ["queued", "uploading", "reading"];
export const OVER = ["done", "refused"];

export class Row {
  state = "queued";
  sent = 0;
  tries = 0; // since the last byte that arrived
  trying = false; // whether one that waits is asking just now
  heard = performance.now();
  pace = new Pace();

  constructor(file, { onPause, onResume, onRemove }) {
    this.file = file;
    this.total = file.size ?? 0;
    this.element = document.createElement("li");
    this.element.innerHTML = `<span class="file"></span>
      <span class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"><span></span></span>
      <span class="note"></span>
      <span class="controls"><button type="button" class="small toggle"></button
      ><button type="button" class="small remove"></button></span>`;
    this.element.querySelector(".file").textContent = file.name;
    this.element.querySelector(".file").title = file.name;
    this.bar = this.element.querySelector(".bar");
    this.bar.setAttribute("aria-label", `Upload of ${file.name}`);
    this.note = this.element.querySelector(".note");
    this.toggle = this.element.querySelector(".toggle");
    this.toggle.addEventListener("click", () => (ACTIVE.includes(this.state) ? onPause(this) : onResume(this)));
    this.remove = this.element.querySelector(".remove");
    this.remove.addEventListener("click", () => onRemove(this));
    this.show();
  }

  get resumable() {
    return ["paused", "offline", "failed"].includes(this.state);
  }

  // Whether bytes may go.
  get expected() {
    return this.trying || ACTIVE.includes(this.state);
  }

  get percent() {
    return this.total ? Math.round((100 * this.sent) / this.total) : 0;
  }

  // `sent` bytes are there.
  progress(sent) {
    const now = performance.now();
    if (sent > this.sent) this.tries = 0;
    this.sent = sent;
    this.heard = now;
    this.pace.add(sent, now);
    this.to(sent >= this.total ? "reading" : "uploading");
  }

  // Ask whether the network is back.
  try() {
    this.trying = true;
    this.heard = performance.now();
  }

  // A new state, and words where its own do not say enough.
  to(state, words = null) {
    if (state !== this.state && ACTIVE.includes(state)) this.heard = performance.now();
    if (state === "queued" || this.resumable) this.pace.reset();
    this.state = state;
    this.trying = false;
    this.words = words;
    this.show();
  }

  show() {
    const { element, state } = this;
    const name = this.file.name;
    if (element.className !== state) element.className = state;
    this.bar.hidden = OVER.includes(state) || state === "failed";
    this.bar.setAttribute("aria-valuenow", this.percent);
    this.bar.firstElementChild.style.width = `${this.percent}%`;
    if (this.words instanceof Node) {
      if (this.note.firstChild !== this.words) this.note.replaceChildren(this.words);
    } else {
      this.note.textContent = this.words ?? this.#usual();
    }
    const active = ACTIVE.includes(state);
    this.toggle.hidden = !this.resumable && !(active && state !== "reading");
    this.toggle.classList.toggle("pause", active);
    this.#label(this.toggle, active ? "Pause" : "Resume", name);
    if (!active) this.toggle.textContent = "Resume";
    else this.toggle.textContent = "";
    this.#label(this.remove, OVER.includes(state) ? "Remove from the list" : "Cancel", name);
  }

  #label(button, verb, name) {
    button.title = verb;
    button.setAttribute("aria-label", `${verb}: ${name}`);
  }

  #usual() {
    const { state, percent, pace } = this;
    if (state === "queued") return "Waits for its turn";
    if (state === "reading") return "Reading the file";
    if (state === "paused") return `Paused at ${percent} %`;
    if (state === "offline") return `Waiting for the network at ${percent} %`;
    const left = pace.left(this.total - this.sent);
    const speed = pace.speed === null ? "" : ` · ${bytes(pace.speed)}/s`;
    return `${percent} %${speed}${left === null ? "" : ` · ${seconds(left)} left`}`;
  }
}

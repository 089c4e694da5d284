// The optical flow of the frame on screen, as a picture over the player, while it stands still.
import { API, problem } from "./rest.js";

export class Flow {
  #root; #image; #text; #button; #clock; #video; #algorithm = null; #on = false; #shown = null;
  #failed = null; #busy = false; #signal;

  // `root` lies over the player; `video` is the id of what plays.
  constructor(root, button, clock, video, signal) {
    this.#root = root;
    this.#image = root.querySelector("img");
    this.#text = root.querySelector(".scale");
    this.#button = button;
    this.#clock = clock;
    this.#video = video;
    this.#signal = signal;
    button.addEventListener("click", () => this.toggle(), { signal });
    signal.addEventListener("abort", () => URL.revokeObjectURL(this.#image.src));
    this.#turn(new URLSearchParams(location.search).get("view") === "flow");
    clock.on(() => this.#follow());
  }

  // The algorithm of the analysis: before it is known, no flow is shown.
  know(algorithm) {
    this.#algorithm = algorithm;
    this.#follow();
  }

  toggle() {
    this.#turn(!this.#on);
    const address = new URL(location);
    if (this.#on) address.searchParams.set("view", "flow");
    else address.searchParams.delete("view");
    history.replaceState(history.state, "", address);
    this.#follow();
  }

  #turn(on) {
    this.#on = on;
    this.#root.hidden = !on;
    this.#button.setAttribute("aria-pressed", on);
  }

  // The frame whose flow belongs on the screen now; null for none.
  get #wanted() {
    return this.#on && this.#algorithm && !this.#clock.playing ? this.#clock.frame : null;
  }

  #follow() {
    if (!this.#on) return;
    const wanted = this.#wanted;
    this.#image.hidden = wanted === null || wanted !== this.#shown?.frame;
    if (wanted === null) this.#say(this.#algorithm ? "flow when paused" : "flow once analysed");
    else if (!this.#image.hidden) this.#say(`full brightness at ${this.#shown.scale} px a frame`, this.#algorithm);
    else if (wanted !== this.#failed) this.#work();
  }

  // One request at a time: what was wished for meanwhile is forgotten, but for the newest wish.
  async #work() {
    this.#say("computing the flow");
    if (this.#busy) return;
    this.#busy = true;
    const frame = this.#wanted;
    try {
      const found = await this.#ask(frame);
      if (this.#wanted === frame) await this.#show(frame, found);
    } catch (error) {
      this.#failed = frame;
      if (this.#wanted === frame) this.#say(error.message);
    }
    this.#busy = false;
    if (!this.#signal.aborted) this.#follow();
  }

  async #ask(frame) {
    const answer = await fetch(`${API}/videos/${this.#video}/flow/${frame}.jpg?algorithm=${this.#algorithm}`);
    if (!answer.ok) throw problem(answer, await answer.json().catch(() => null));
    return { picture: await answer.blob(), scale: answer.headers.get("Kairoscope-Flow-Scale") };
  }

  async #show(frame, { picture, scale }) {
    URL.revokeObjectURL(this.#image.src);
    this.#shown = null;
    this.#image.src = URL.createObjectURL(picture);
    await this.#image.decode();
    this.#image.alt = `Optical flow from frame ${frame} to the next`;
    this.#shown = { frame, scale };
  }

  #say(text, algorithm = "") {
    this.#text.textContent = algorithm ? `${text} · ${algorithm}` : text;
    this.#root.classList.toggle("computing", text.startsWith("computing"));
  }
}

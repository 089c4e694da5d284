// A player and its timeline, wired to one clock and one axis: what every page with a video shares.
import { Axis } from "./axis.js";
import { Clock } from "./clock.js";
import { Pointer } from "./pointer.js";
import { Preview } from "./preview.js";
import { Sprites } from "./sprites.js";
import { Strips } from "./strips.js";

export class Deck {
  #root; #signal;

  // `root` holds a video, a .timeline, and the outputs .clock and .frame. `seek(time)` is how the
  // pointer moves the clock, `view` what the axis asks for and tells.
  constructor(root, { duration, seek, view }, signal) {
    this.#root = root;
    this.#signal = signal;
    this.player = root.querySelector("video");
    this.timeline = root.querySelector(".timeline");
    this.clock = new Clock(this.player, duration, signal);
    this.axis = new Axis(this.timeline, duration, signal, view);
    this.strips = new Strips(this.timeline, this.axis);
    this.preview = new Preview(document.body, this.clock);
    const line = this.timeline.querySelector(".hover-line");
    const onHover = (time) => {
      line.hidden = time === null;
      if (time !== null) line.style.transform = `translateX(${this.axis.x(time)}px)`;
    };
    this.pointer = new Pointer(this.timeline, { ...this, onHover, seek }, signal);
    this.clock.on(() => this.#show());
    this.axis.on(() => this.#place());
    signal.addEventListener("abort", () => this.preview.remove());
  }

  // Preview and sprites, once the worker has made them.
  async load(video) {
    this.player.playsInline = true;
    this.player.src = this.player.dataset.source;
    const sprites = await Sprites.load(video);
    if (this.#signal.aborted) return;
    this.preview.sprites = sprites;
    this.strips.know({ sprites });
    this.#show();
  }

  // The analysis, with the methods that have rows.
  know({ video: { duration_s: duration }, steps, times_s: times }, methods) {
    this.preview.steps = steps;
    this.axis.know(duration);
    this.clock.know(times, duration);
    this.strips.know({ times, methods });
    this.#show();
  }

  #show() {
    const { now, frame, times } = this.clock;
    this.#root.querySelector(".clock").textContent = `${now.toFixed(3)} s`;
    this.#root.querySelector(".frame").textContent = frame === null ? "" : `frame ${frame} of ${times.length}`;
    if (frame !== null) this.strips.at(frame);
    this.axis.follow(now);
    this.#place();
  }

  #place() {
    const playhead = this.timeline.querySelector(".playhead");
    const { now, frame, duration } = this.clock;
    playhead.style.transform = `translateX(${this.axis.x(now)}px)`;
    playhead.setAttribute("aria-valuemax", duration.toFixed(3));
    playhead.setAttribute("aria-valuenow", now.toFixed(3));
    playhead.setAttribute("aria-valuetext", `${now.toFixed(3)} seconds${frame === null ? "" : `, frame ${frame}`}`);
  }
}

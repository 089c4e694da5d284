// Pointer on the timeline: hover shows the frame, a click seeks, a drag over the curves loops,
// a drag anywhere else, or by touch, scrubs.
const SLACK = 4; // px before a press is a drag
const RULER = 28; // px: the top of the curves, where the seconds stand
const SHORTEST = 0.04; // seconds: a shorter brush is no loop

export class Pointer {
  #timeline; #clock; #axis; #preview; #onHover; #seek; #loop; #press = null;

  // `onHover(time)` hears the second under the pointer, null when it leaves; `seek(time)` moves
  // the clock, and what moves with it.
  constructor(timeline, { clock, axis, preview, onHover, seek }, signal) {
    this.#timeline = timeline;
    this.#clock = clock;
    this.#axis = axis;
    this.#preview = preview;
    this.#onHover = onHover;
    this.#seek = seek;
    this.#loop = timeline.querySelector(".loop");
    const on = (name, handler, options) => timeline.addEventListener(name, handler, { signal, ...options });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", () => this.#up());
    on("pointercancel", () => { this.#press = null; this.#leave(); });
    on("pointerleave", () => this.#leave());
    on("click", (event) => this.#click(event));
    on("focusin", (event) => this.#focus(event));
    on("focusout", () => this.#leave());
    on("wheel", (event) => this.#wheel(event), { passive: false });
    axis.on(() => this.#loop.hidden || this.#placeLoop());
  }

  endLoop() {
    this.#clock.loop = null;
    this.#loop.hidden = true;
  }

  #x(event) { return event.clientX - this.#timeline.getBoundingClientRect().left; }

  #time(event) { return Math.min(Math.max(0, this.#axis.time(this.#x(event))), this.#clock.duration); }

  #onAxis(event) { return this.#x(event) >= this.#axis.left - 6 && this.#x(event) <= this.#axis.end + 6; }

  // What a drag that starts here does.
  #zone(event) {
    const curves = event.target.closest("[data-zone=curves]");
    if (!curves || event.pointerType === "touch") return "scrub";
    const graph = curves.querySelector(".js-plotly-plot") ?? curves;
    return event.clientY - graph.getBoundingClientRect().top < RULER ? "scrub" : "brush";
  }

  #down(event) {
    if (event.button !== 0 || event.target.closest(".row-label, .panel-label, summary, .slot")) return;
    const handle = event.target.closest(".playhead");
    if (!this.#onAxis(event) && !handle && !event.target.closest(".cell")) return;
    const target = event.target.closest(".cell, .phase");
    const zone = handle ? "scrub" : this.#zone(event);
    this.#press = { x: event.clientX, time: this.#time(event), zone, target, moved: false };
    const scrolls = event.pointerType === "touch"; // perhaps: wait for what becomes of it
    if (zone === "scrub" && !target && !scrolls) this.#seek(this.#press.time);
  }

  #move(event) {
    const press = this.#press;
    if (press && !press.moved && Math.abs(event.clientX - press.x) > SLACK) {
      press.moved = true;
      this.#timeline.setPointerCapture(event.pointerId);
    }
    if (press?.moved && press.zone === "scrub") this.#seek(this.#time(event));
    if (press?.moved && press.zone === "brush") this.#brush(press.time, this.#time(event));
    this.#hover(event);
  }

  #up() {
    const press = this.#press;
    this.#press = null;
    if (!press || (press.target && !press.moved)) return;
    if (press.moved && press.zone === "brush") this.#startLoop();
    if (press.moved) return;
    if (press.zone === "brush") this.endLoop();
    this.#seek(press.time);
  }

  #click(event) {
    const target = event.target.closest(".cell, .phase");
    if (target) this.#seek(Number(target.dataset.time ?? target.dataset.start));
  }

  #hover(event) {
    if (event.pointerType === "touch" && !this.#press) return;
    const cell = this.#press ? null : event.target.closest(".cell");
    if ((!this.#onAxis(event) && !cell) || event.target.closest(".slot")) return this.#leave();
    const clock = this.#clock;
    const pointed = cell ? Number(cell.dataset.time) : this.#time(event);
    const frame = clock.times ? clock.frameAt(pointed) : null;
    const time = frame === null ? pointed : clock.times[frame];
    const anchor = cell ?? event.target.closest(".curves, .row");
    const y = anchor ? anchor.getBoundingClientRect().top : event.clientY;
    this.#preview.show({ x: event.clientX, y, time, frame, extra: cell?.dataset.title });
    this.#onHover(time);
  }

  #focus(event) {
    const cell = event.target.closest(".cell:focus-visible");
    if (!cell) return;
    const { left, width, top } = cell.getBoundingClientRect();
    const { time, frame, title } = cell.dataset;
    this.#preview.show({ x: left + width / 2, y: top, time: Number(time), frame: Number(frame), extra: title });
  }

  #leave() {
    this.#preview.hide();
    this.#onHover(null);
  }

  #wheel(event) {
    if (!(event.ctrlKey || event.metaKey || event.shiftKey) || !this.#onAxis(event)) return;
    event.preventDefault();
    const [start, end] = this.#axis.window;
    const delta = event.deltaY || event.deltaX;
    if (event.shiftKey) this.#axis.show(start + (delta / this.#axis.width) * (end - start), end - start);
    else this.#axis.zoom(Math.exp(delta / 300), this.#axis.time(this.#x(event)));
  }

  #brush(...ends) {
    const [start, end] = ends.sort((a, b) => a - b);
    Object.assign(this.#loop.dataset, { start, end });
    this.#placeLoop();
    this.#loop.hidden = false;
  }

  #placeLoop() {
    const { start, end } = this.#loop.dataset;
    const from = Math.max(this.#axis.left, this.#axis.x(Number(start)));
    const to = Math.min(this.#axis.end, this.#axis.x(Number(end)));
    this.#loop.style.left = `${from}px`;
    this.#loop.style.width = `${Math.max(0, to - from)}px`;
  }

  #startLoop() {
    const loop = [Number(this.#loop.dataset.start), Number(this.#loop.dataset.end)];
    if (loop[1] - loop[0] < SHORTEST) return this.endLoop();
    this.#clock.loop = loop;
    this.#seek(loop[0]);
    if (!this.#clock.playing) this.#clock.toggle();
  }
}

// The time axis: where a second is, in pixels of the timeline. The figure's own plot area decides,
// so that curves, rows and playhead agree to the pixel.
const NARROW = matchMedia("(max-width: 800px)");
const GUTTER = { narrow: 44, wide: 176 }; // px left of the axis: ticks, and beside them labels
const LEAST = 0.2; // seconds: the closest look

export class Axis {
  #timeline; #graphs = []; #listeners = new Set(); #narrow; #onView; #reported; #timer;
  left = 0;
  width = 1;

  // `narrow()` says whether the labels of the rows stand above them, for want of room. `onView(view)`
  // hears of the window in sight, null for all of the clip, and of the gutter.
  constructor(timeline, duration, signal, { narrow = () => NARROW.matches, onView = () => {} } = {}) {
    this.#timeline = timeline;
    this.#narrow = narrow;
    this.#onView = onView;
    this.duration = duration;
    this.window = [0, duration];
    const sizes = new ResizeObserver(() => this.measure());
    sizes.observe(timeline);
    NARROW.addEventListener("change", () => { this.#fold(); this.#report(); }, { signal });
    this.#fold();
    this.#find(signal);
    signal.addEventListener("abort", () => { sizes.disconnect(); clearTimeout(this.#timer); });
  }

  get #gutter() { return this.#narrow() ? GUTTER.narrow : GUTTER.wide; }
  get end() { return this.left + this.width; }
  x(time) { return this.left + ((time - this.window[0]) / (this.window[1] - this.window[0])) * this.width; }
  time(x) { return this.window[0] + ((x - this.left) / this.width) * (this.window[1] - this.window[0]); }

  on(listener) { this.#listeners.add(listener); listener(this); }

  know(duration) {
    if (this.window[1] === this.duration) this.window = [this.window[0], duration];
    this.duration = duration;
    this.measure();
  }

  // Zoom by `factor` around the time `around`; below 1 is closer.
  zoom(factor, around) {
    const [start, end] = this.window;
    const span = Math.min(this.duration, Math.max(LEAST, (end - start) * factor));
    this.show(around - ((around - start) / (end - start)) * span, span);
  }

  // Show `span` seconds from `start`, kept within the clip.
  show(start, span) {
    start = Math.min(Math.max(0, start), this.duration - span);
    this.window = [start, start + span];
    for (const graph of this.#graphs) this.#range(graph);
    this.#changed();
    this.#report();
  }

  fit() { this.show(0, this.duration); }

  // Keep `time` in sight while it moves.
  follow(time) {
    const [start, end] = this.window, span = end - start;
    if (time < start || time > end) this.show(time - span * 0.1, span);
  }

  measure() {
    const size = this.#graphs[0]?._fullLayout?._size;
    const box = this.#timeline.getBoundingClientRect();
    if (size) {
      this.left = this.#graphs[0].getBoundingClientRect().left - box.left + size.l;
      this.width = size.w;
    } else {
      this.left = this.#gutter;
      this.width = Math.max(1, box.width - this.left - 18);
    }
    this.#timeline.style.setProperty("--left", `${this.left}px`);
    this.#timeline.style.setProperty("--width", `${this.width}px`);
    this.#changed();
  }

  #fold() { this.#timeline.classList.toggle("narrow", this.#narrow()); }

  #changed() { for (const listener of this.#listeners) listener(this); }

  #range(graph) {
    if (graph._fullLayout) window.Plotly.relayout(graph, { "xaxis.range": [...this.window] });
  }

  // Figures arrive when Plotly has loaded, and may be drawn anew by the server.
  #find(signal) {
    const look = () => {
      for (const graph of this.#timeline.querySelectorAll(".js-plotly-plot")) {
        if (this.#graphs.includes(graph) || !graph._fullLayout) continue;
        this.#graphs.push(graph);
        this.#graphs.sort((a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
        graph.on("plotly_afterplot", () => signal.aborted || this.#settle());
        this.#settle();
      }
    };
    const watch = new MutationObserver(look);
    watch.observe(this.#timeline, { childList: true, subtree: true });
    signal.addEventListener("abort", () => watch.disconnect());
    look();
  }

  #settle() {
    const size = this.#graphs[0]._fullLayout?._size;
    if (size && (size.w !== this.width || this.left === 0)) this.measure();
  }

  // Tell what is in sight: the server thins long curves, and thins less the closer one looks.
  #report() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const whole = this.window[0] <= 0 && this.window[1] >= this.duration;
      const view = { window: whole ? null : this.window, gutter: this.#gutter };
      const text = JSON.stringify(view);
      if (text !== this.#reported) this.#onView(view);
      this.#reported = text;
    }, 200);
  }
}

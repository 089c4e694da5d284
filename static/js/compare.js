// Two videos side by side: one transport over both, aligned by time, by share, or from where they stand.
import { Deck } from "./deck.js";
import { listen } from "./keys.js";
import { watch } from "./live.js";
import { Pair } from "./pair.js";
import { call, toast } from "./rest.js";
import { transport } from "./transport.js";

const GUTTER = 8; // px left of the rows: room for half a playhead
let page = null;

// Called with the states of both videos when the page is shown.
export function open(states) {
  page?.close();
  const root = document.getElementById("compare");
  page = root && new Compare(root, states);
}

class Compare {
  #ends = new AbortController();
  #root; #sides; #decks; #pair; #timer;

  constructor(root, states) {
    const { signal } = this.#ends;
    document.title = `${[...root.querySelectorAll(".side h2")].map((name) => name.textContent).join(" · ")} · Kairoscope`;
    this.#root = root;
    this.#sides = [...root.querySelectorAll(".side")];
    this.#decks = this.#sides.map((side, place) => new Deck(side, {
      duration: states[place].duration_s,
      seek: (time) => this.#pair.seek(time, place),
      view: { gutter: () => GUTTER },
    }, signal));
    this.#pair = new Pair(this.#decks.map(({ clock }) => clock));
    this.#restore();
    transport(root, this.#pair, signal);
    this.#listen(signal);
    this.#pair.on(() => this.#show());
    const gone = new MutationObserver(() => root.isConnected || this.close());
    gone.observe(document.getElementById("page"), { childList: true });
    signal.addEventListener("abort", () => gone.disconnect());
    Promise.all(states.map((state, place) => this.#load(state, this.#decks[place])))
      .then(() => signal.aborted || this.#pair.follow())
      .catch((error) => toast(error.message));
  }

  close() {
    clearTimeout(this.#timer);
    this.#ends.abort();
    page = null;
  }

  async #load({ video, job, state, ready }, deck) {
    const { signal } = this.#ends;
    if (["queued", "running"].includes(state)) watch(job, { onProgress() {}, onEnd: () => location.reload() }, signal);
    const media = ready && deck.load(video);
    if (state === "done") {
      const result = await call("GET", `/analyses/${job}/result`);
      if (!signal.aborted) deck.know(result, result.methods);
    }
    await media;
  }

  #listen(signal) {
    const root = this.#root, pair = this.#pair;
    root.addEventListener("click", ({ target }) => {
      const asked = (name) => target.closest(`[data-${name}]`)?.dataset[name];
      if (target.matches("video")) pair.toggle();
      if (asked("align")) pair.arrange(asked("align"));
      if (target.closest("#apart")) pair.part(!pair.apart);
      if (asked("select")) this.#select(asked("select"));
    }, { signal });
    this.#sides.forEach((side, place) => {
      for (const name of ["pointerdown", "focusin"]) side.addEventListener(name, () => pair.give(place), { signal });
    });
    listen({ clock: pair, axis: this.#axes, strips: this.#strips, pointer: { endLoop() {} } }, signal, {
      s: () => pair.give(1 - pair.lead),
      l: () => pair.part(!pair.apart),
    });
  }

  // What the keys do to the axes, they do to both.
  get #axes() {
    return {
      zoom: (factor) => { for (const { axis, clock } of this.#decks) axis.zoom(factor, clock.now); },
      fit: () => { for (const { axis } of this.#decks) axis.fit(); },
    };
  }

  // The rows as the keys know them: those of the leading side; a choice counts for both.
  get #strips() {
    const leading = () => this.#decks[this.#pair.lead].strips;
    return {
      get names() { return leading().names; },
      get selected() { return leading().selected; },
      keyframes: () => leading().keyframes(),
      select: (method) => this.#select(method),
    };
  }

  #select(method) {
    for (const { strips } of this.#decks) if (strips.names.includes(method)) strips.select(method);
  }

  #show() {
    const pair = this.#pair;
    this.#sides.forEach((side, place) => side.classList.toggle("leads", place === pair.lead));
    for (const button of this.#root.querySelectorAll("[data-align]")) {
      button.setAttribute("aria-pressed", !pair.apart && button.dataset.align === pair.align);
    }
    this.#root.querySelector("#apart").setAttribute("aria-pressed", pair.apart);
    const offset = pair.align === "here" ? ` (${pair.offset < 0 ? "−" : "+"}${Math.abs(pair.offset).toFixed(3)} s)` : "";
    this.#root.querySelector(".offset").textContent = offset;
    this.#permalink();
  }

  // `t` is the moment in seconds of the leading video, of the first one unless `lead=b`.
  #restore() {
    const asked = new URLSearchParams(location.search);
    const [t, offset] = ["t", "offset"].map((name) => Number(asked.get(name)) || 0);
    const align = asked.get("align");
    if (["share", "here"].includes(align)) this.#pair.arrange(align, offset);
    this.#pair.seek(t, asked.get("lead") === "b" ? 1 : 0);
  }

  #permalink() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const pair = this.#pair;
      if (this.#ends.signal.aborted || pair.playing || pair.apart) return;
      const address = new URL(location), here = pair.align === "here";
      const put = (name, value, usual) => {
        if (value === usual) address.searchParams.delete(name);
        else address.searchParams.set(name, value);
      };
      put("align", pair.align, "time");
      put("offset", here ? pair.offset.toFixed(3) : "", "");
      put("lead", "ab"[pair.lead], "a");
      put("t", pair.now.toFixed(3), "0.000");
      if (address.href !== location.href) history.replaceState(history.state, "", address);
    }, 250);
  }
}

// Two videos side by side: one transport over both, aligned by time, by share, or from where they stand.
import { Budget } from "./budget.js";
import { copy } from "./copy.js";
import { Deck } from "./deck.js";
import { listen } from "./keys.js";
import { watch } from "./live.js";
import { closeMenus } from "./menus.js";
import { Pair } from "./pair.js";
import { call, toast } from "./rest.js";
import { transport } from "./transport.js";

const PLACES = ["a", "b"];
let page = null;

// Called with the states of both videos when the page is shown.
export function open(states) {
  page?.close();
  const root = document.getElementById("compare");
  page = root && new Compare(root, states);
}

class Compare {
  #ends = new AbortController();
  #root; #states; #sides; #decks; #pair; #budget; #timer;

  constructor(root, states) {
    const { signal } = this.#ends;
    document.title = `${[...root.querySelectorAll(".side h2")].map((name) => name.textContent).join(" · ")} · Kairoscope`;
    const set = (name, data) => window.dash_clientside.set_props(`compare-${name}`, { data });
    this.#root = root;
    this.#states = states;
    this.#sides = [...root.querySelectorAll(".side")];
    this.#decks = this.#sides.map((side, place) => new Deck(side, {
      duration: states[place].duration_s,
      seek: (time) => this.#pair.seek(time, place),
      view: { narrow: () => true, onView: (view) => set(`view-${PLACES[place]}`, view) },
    }, signal));
    this.#pair = new Pair(this.#decks.map(({ clock }) => clock));
    this.#budget = new Budget(root.querySelector("#budget"), {
      onChange: (frames) => { for (const { strips } of this.#decks) strips.allow(frames); },
      onSettled: (frames) => set("budget", frames),
    }, signal);
    this.#restore();
    transport(root, this.#pair, signal);
    document.getElementById("copy-link").addEventListener("click", () => copy(location.href), { signal });
    closeMenus(signal);
    this.#listen(signal, set);
    this.#pair.on(() => this.#show());
    const gone = new MutationObserver(() => root.isConnected || this.close());
    gone.observe(document.getElementById("page"), { childList: true });
    signal.addEventListener("abort", () => gone.disconnect());
    Promise.all(states.map((state, place) => this.#load(state, this.#decks[place])))
      .then((found) => {
        if (signal.aborted) return;
        this.#budget.know(found.flat());
        this.#pair.follow();
      })
      .catch((error) => toast(error.message));
  }

  close() {
    clearTimeout(this.#timer);
    this.#ends.abort();
    page = null;
  }

  // Bring a side its pictures and its analysis; gives the methods of that.
  async #load({ video, job, state, ready }, deck) {
    const { signal } = this.#ends;
    if (["queued", "running"].includes(state)) watch(job, { onProgress() {}, onEnd: () => location.reload() }, signal);
    const media = ready && deck.load(video);
    const result = state === "done" && await call("GET", `/analyses/${job}/result`);
    if (result && !signal.aborted) deck.know(result, result.methods);
    await media;
    return Object.values(result.methods ?? {});
  }

  #listen(signal, set) {
    const root = this.#root, pair = this.#pair;
    root.addEventListener("click", ({ target }) => {
      const asked = (name) => target.closest(`[data-${name}]`)?.dataset[name];
      if (target.matches("video")) pair.toggle();
      if (asked("align")) pair.arrange(asked("align"));
      if (target.closest("#apart")) pair.part(!pair.apart);
      if (asked("select")) this.#select(asked("select"));
      if (target.closest(".panel-label button")) set("scaled", this.#scale());
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

  // Let both curves of phi have their maximum at 1, or the share of each step again.
  #scale() {
    const buttons = [...this.#root.querySelectorAll(".panel-label button")];
    const scaled = buttons[0].getAttribute("aria-pressed") !== "true";
    for (const button of buttons) button.setAttribute("aria-pressed", scaled);
    return scaled;
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
      this.#states.forEach(({ job, state }, place) => state === "done" && put(`run-${PLACES[place]}`, job));
      put("align", pair.align, "time");
      put("offset", here ? pair.offset.toFixed(3) : "", "");
      put("lead", PLACES[pair.lead], "a");
      put("t", pair.now.toFixed(3), "0.000");
      if (address.href !== location.href) history.replaceState(history.state, "", address);
      this.#leadOn(address);
    }, 250);
  }

  // The links to other runs keep all else that the address says.
  #leadOn(here) {
    for (const link of this.#root.querySelectorAll("[data-run]")) {
      const there = new URL(here);
      there.searchParams.set(`run-${link.dataset.of}`, link.dataset.run);
      link.href = there;
    }
  }
}

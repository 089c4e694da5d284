// The video page: wires player, curves, rows and keyboard to one clock and one axis.
import { Budget } from "./budget.js";
import { Deck } from "./deck.js";
import { save } from "./figures.js";
import { Flow } from "./flow.js";
import { listen } from "./keys.js";
import { watch } from "./live.js";
import { closeMenus } from "./menus.js";
import { Methods } from "./methods.js";
import { API, call, toast } from "./rest.js";
import { transport } from "./transport.js";
import { chooseTruth } from "./truth.js";

let page = null;

// Called with the page's state when it is shown, and again when its job has ended.
export function open(state) {
  const player = document.getElementById("player");
  if (page?.player !== player || page.video !== state.video) {
    page?.close();
    page = new VideoPage(player, state);
  }
  page.update(state).catch((error) => toast(error.message));
}

class VideoPage {
  #ends = new AbortController();
  #state = {};

  constructor(player, state) {
    const { signal } = this.#ends;
    const place = document.getElementById("page");
    document.title = `${document.querySelector("h1").textContent} · Kairoscope`;
    this.player = player;
    this.video = state.video;
    const seek = (time) => this.clock.seek(time);
    const onView = (view) => window.dash_clientside.set_props("video-view", { data: view });
    this.deck = new Deck(place, { duration: state.duration_s, seek, view: { onView } }, signal);
    this.clock = this.deck.clock;
    this.strips = this.deck.strips;
    this.budget = new Budget(document.getElementById("budget"), {
      onChange: (frames) => this.strips.allow(frames),
      onSettled: (frames) => window.dash_clientside.set_props("video-budget", { data: frames }),
    }, signal);
    this.flow = new Flow(document.getElementById("flow"), document.getElementById("show-flow"), this.clock, this.video, signal);
    listen(this.deck, signal, { f: () => this.flow.toggle() });
    transport(place, this.clock, signal);
    this.#controls(signal);
    this.clock.on(() => this.#permalink());
    const gone = new MutationObserver(() => player.isConnected || this.close());
    gone.observe(place, { childList: true });
    signal.addEventListener("abort", () => gone.disconnect());
    const start = Number(new URLSearchParams(location.search).get("t"));
    if (start > 0) this.clock.seek(start);
  }

  close() {
    this.#ends.abort();
    if (page === this) page = null;
  }

  async update(state) {
    const before = this.#state;
    this.#state = state;
    const media = state.ready && !before.ready ? this.deck.load(state.video) : null;
    const news = state.job !== before.job || state.state !== before.state;
    if (news && state.state === "done") await this.#result();
    if (news && ["queued", "running"].includes(state.state)) this.#follow();
    await media;
  }

  async #result() {
    const result = await call("GET", `/analyses/${this.#state.job}/result`);
    if (this.#ends.signal.aborted) return;
    const methods = { ...result.methods, ...await this.#variants() };
    if (this.#ends.signal.aborted) return;
    this.deck.know(result, methods);
    this.budget.know(Object.values(methods));
    this.flow.know(result.provenance.flow ?? "dis");
  }

  // The methods of other runs that the page shows beside those of its own.
  async #variants() {
    const runs = new Map();
    for (const { job } of this.#state.variants) runs.set(job, runs.get(job) ?? call("GET", `/analyses/${job}/result`));
    const found = this.#state.variants.map(async ({ key, job, method }) => [key, (await runs.get(job)).methods[method]]);
    return Object.fromEntries(await Promise.all(found));
  }

  #follow() {
    const set = window.dash_clientside.set_props;
    const onProgress = async (job) => {
      if (job.partial) this.deck.preview.steps = job.partial;
      set("video-grew", { data: Date.now() });
      if (this.#state.ready) return;
      const video = await call("GET", `/videos/${this.#state.video}`);
      if (video.derivatives_ready) this.update({ ...this.#state, ready: true });
    };
    const onEnd = (job) => {
      if (job) set("video-settled", { data: Date.now() });
      else location.assign("/"); // deleted meanwhile
    };
    watch(this.#state.job, { onProgress, onEnd }, this.#ends.signal);
  }

  #controls(signal) {
    const on = (id, handler) => document.getElementById(id).addEventListener("click", handler, { signal });
    this.player.addEventListener("click", () => this.clock.toggle(), { signal });
    on("video-scaled", ({ target }) =>
      target.setAttribute("aria-pressed", target.getAttribute("aria-pressed") !== "true"));
    document.getElementById("keyframes").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#ask(() => this.#again());
    }, { signal });
    const methods = new Methods(document.getElementById("methods"),
      (chosen, attention) => this.#ask(() => this.#analyse(chosen, attention)), signal);
    on("choose-methods", () => this.#ask(() => methods.open(this.#state.methods, this.#state.attention)));
    chooseTruth(this.video, signal);
    closeMenus(signal);
    on("copy-link", async () => {
      await navigator.clipboard.writeText(location.href);
      toast("Link to this moment copied");
    });
    document.getElementById("page").addEventListener("click", (event) => {
      const target = (name) => event.target.closest(`[data-${name}]`);
      if (target("select")) this.strips.select(target("select").dataset.select);
      if (target("per-method")) target("per-method").search = new URLSearchParams({ method: this.strips.selected.split(" ")[0] });
      if (target("figure")) this.#ask(() => this.#picture(target("figure").dataset.figure));
      if (target("cancel")) this.#ask(() => call("DELETE", `/analyses/${target("cancel").dataset.cancel}`));
      if (target("analyse")) this.#ask(() => this.#again());
    }, { signal });
  }

  async #picture(format) {
    const name = document.querySelector("h1").textContent;
    await save(document.querySelector("#curves .js-plotly-plot"), format, `${name}.attention`, { title: name });
  }

  async #ask(action) {
    try { await action(); } catch (error) { toast(error.message); }
  }

  // As the analysis on the page, with what the page's own fields say.
  #again() {
    return this.#analyse(this.#state.methods, this.#state.attention);
  }

  // Without `methods`, as for a video that has no analysis yet, by all default ones.
  async #analyse(methods, attention) {
    const keyframes = document.getElementById("keyframes").valueAsNumber || null;
    const chosen = Object.keys(methods).length ? { methods } : {};
    const job = await call("POST", "/analyses", { video_id: this.video, ...chosen, ...(keyframes && { keyframes }), ...(attention && { attention }) });
    const address = new URL(location);
    address.searchParams.delete("k");
    address.searchParams.set("run", job.id);
    if (address.href === location.href) location.reload();
    else location.assign(address);
  }

  // The address names the moment, so that a reload or a copied link comes back to it.
  #permalink() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.#ends.signal.aborted || this.clock.playing) return;
      const address = new URL(location);
      if (this.clock.now > 0) address.searchParams.set("t", this.clock.now.toFixed(3));
      else address.searchParams.delete("t");
      if (address.href !== location.href) history.replaceState(history.state, "", address);
    }, 250);
  }
}

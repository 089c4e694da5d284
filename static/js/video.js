// The video page: wires player, curves, rows and keyboard to one clock and one axis.
import { Axis } from "./axis.js";
import { Budget } from "./budget.js";
import { Clock } from "./clock.js";
import { save } from "./figures.js";
import { listen } from "./keys.js";
import { watch } from "./live.js";
import { Methods } from "./methods.js";
import { Pointer } from "./pointer.js";
import { Preview } from "./preview.js";
import { API, call, toast } from "./rest.js";
import { Sprites } from "./sprites.js";
import { Strips } from "./strips.js";
import { chooseTruth } from "./truth.js";

const SPEEDS = [1, 0.5, 0.25, 0.1, 2];
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
    const timeline = document.getElementById("timeline");
    document.title = `${document.querySelector("h1").textContent} · Kairoscope`;
    this.player = player;
    this.video = state.video;
    this.timeline = timeline;
    this.clock = new Clock(player, state.duration_s, signal);
    this.axis = new Axis(timeline, state.duration_s, signal);
    this.strips = new Strips(timeline, this.axis);
    this.preview = new Preview(document.body, this.clock);
    this.budget = new Budget(document.getElementById("budget"), (frames) => this.strips.allow(frames), signal);
    const line = timeline.querySelector("#hover-line");
    const onHover = (time) => {
      line.hidden = time === null;
      if (time !== null) line.style.transform = `translateX(${this.axis.x(time)}px)`;
    };
    const pointer = new Pointer(timeline, { ...this, onHover }, signal);
    listen({ ...this, pointer }, signal);
    this.#controls(signal);
    this.clock.on(() => this.#show());
    this.axis.on(() => this.#place());
    const gone = new MutationObserver(() => player.isConnected || this.close());
    gone.observe(document.getElementById("page"), { childList: true });
    signal.addEventListener("abort", () => gone.disconnect());
    const start = Number(new URLSearchParams(location.search).get("t"));
    if (start > 0) this.clock.seek(start);
  }

  close() {
    this.#ends.abort();
    this.preview.remove();
    if (page === this) page = null;
  }

  async update(state) {
    const before = this.#state;
    this.#state = state;
    const media = state.ready && !before.ready ? this.#media() : null;
    const news = state.job !== before.job || state.state !== before.state;
    if (news && state.state === "done") await this.#result();
    if (news && ["queued", "running"].includes(state.state)) this.#follow();
    await media;
  }

  // Preview and sprites, as soon as the worker has made them.
  async #media() {
    this.player.playsInline = true;
    this.player.src = this.player.dataset.source;
    const sprites = await Sprites.load(this.#state.video);
    this.preview.sprites = sprites;
    this.strips.know({ sprites });
    this.#show();
  }

  async #result() {
    const result = await call("GET", `/analyses/${this.#state.job}/result`);
    if (this.#ends.signal.aborted) return;
    const { duration_s: duration } = result.video;
    const methods = { ...result.methods, ...await this.#variants() };
    if (this.#ends.signal.aborted) return;
    this.preview.steps = result.steps;
    this.axis.know(duration);
    this.clock.know(result.times_s, duration);
    this.strips.know({ times: result.times_s, methods });
    this.budget.know(methods);
    this.#show();
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
      if (job.partial) this.preview.steps = job.partial;
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
    on("play", () => this.clock.toggle());
    on("back", () => this.clock.step(-1));
    on("forward", () => this.clock.step(1));
    on("video-scaled", ({ target }) =>
      target.setAttribute("aria-pressed", target.getAttribute("aria-pressed") !== "true"));
    on("speed", () => {
      this.clock.rate = SPEEDS[(SPEEDS.indexOf(this.clock.rate) + 1) % SPEEDS.length];
    });
    document.getElementById("keyframes").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.#ask(() => this.#analyse(this.#state.methods));
    }, { signal });
    const methods = new Methods(document.getElementById("methods"),
      (chosen) => this.#ask(() => this.#analyse(chosen)), signal);
    on("choose-methods", () => this.#ask(() => methods.open(this.#state.methods)));
    chooseTruth(this.video, (action) => this.#ask(action), signal);
    const closeMenus = (target) => {
      for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
    };
    document.addEventListener("click", ({ target }) => closeMenus(target), { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenus(null), { signal });
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
      if (target("analyse")) this.#ask(() => this.#analyse(this.#state.methods));
    }, { signal });
  }

  async #picture(format) {
    const name = document.querySelector("h1").textContent;
    await save(document.querySelector("#curves .js-plotly-plot"), format, `${name}.attention`, { title: name });
  }

  async #ask(action) {
    try { await action(); } catch (error) { toast(error.message); }
  }

  // Without `methods`, as for a video that has no analysis yet, by all default ones.
  async #analyse(methods) {
    const keyframes = document.getElementById("keyframes").valueAsNumber || null;
    const chosen = Object.keys(methods).length ? { methods } : {};
    const job = await call("POST", "/analyses", { video_id: this.video, ...chosen, ...(keyframes && { keyframes }) });
    const address = new URL(location);
    address.searchParams.delete("k");
    address.searchParams.set("run", job.id);
    if (address.href === location.href) location.reload();
    else location.assign(address);
  }

  #show() {
    const { clock } = this, frame = clock.frame;
    document.getElementById("clock").textContent = `${clock.now.toFixed(3)} s`;
    document.getElementById("frame").textContent =
      frame === null ? "" : `frame ${frame} of ${clock.times.length}`;
    document.getElementById("speed").textContent = `${clock.rate}×`;
    const play = document.getElementById("play");
    play.classList.toggle("playing", clock.playing);
    play.setAttribute("aria-label", clock.playing ? "Pause (Space)" : "Play (Space)");
    if (frame !== null) this.strips.at(frame);
    this.axis.follow(clock.now);
    this.#place();
    this.#permalink();
  }

  #place() {
    const playhead = this.timeline.querySelector("#playhead");
    const { now, frame, duration } = this.clock;
    playhead.style.transform = `translateX(${this.axis.x(now)}px)`;
    playhead.setAttribute("aria-valuemax", duration.toFixed(3));
    playhead.setAttribute("aria-valuenow", now.toFixed(3));
    playhead.setAttribute("aria-valuetext", `${now.toFixed(3)} seconds${frame === null ? "" : `, frame ${frame}`}`);
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

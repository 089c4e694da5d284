// The list of cases: clips of one's own UCF101, copied by the server, followed and cancelled here.
import { call, told } from "./rest.js";

const LOOK_MS = 400;
let opened = null;

export function open() {
  opened?.abort();
  const root = document.getElementById("import");
  if (!root?.querySelector("form")) return; // left before this was loaded, or nothing to import from
  opened = new AbortController();
  new Import(root, opened.signal);
}

class Import {
  #root; #signal; #id = null;

  constructor(root, signal) {
    this.#root = root;
    this.#signal = signal;
    const on = (element, name, act) => element.addEventListener(name, act, { signal });
    on(root.querySelector("form"), "submit", (event) => { event.preventDefault(); this.#try(() => this.#start()); });
    on(root.querySelector(".import-cancel"), "click", () => this.#try(() => this.#cancel()));
    const gone = new MutationObserver(() => root.isConnected || opened.abort());
    gone.observe(document.getElementById("page"), { childList: true });
    signal.addEventListener("abort", () => gone.disconnect());
    this.#try(async () => this.#follow((await call("GET", "/imports"))[0])); // begun before, or elsewhere
  }

  async #try(act) {
    this.#fault("");
    try {
      await act();
    } catch (error) {
      this.#fault(error.message);
    }
  }

  async #start() {
    const value = (name) => document.getElementById(`import-${name}`);
    const wanted = { path: value("path").value, clips: value("clips").valueAsNumber, classes: value("classes").value };
    await this.#follow(await call("POST", "/imports", wanted));
  }

  async #cancel() {
    this.#root.querySelector(".import-cancel").disabled = true;
    await call("DELETE", `/imports/${this.#id}`);
  }

  // Show where an import stands until it ends, or another one is followed.
  async #follow(now) {
    if (!now || this.#signal.aborted) return;
    this.#id = now.id;
    this.#root.querySelector(".import-cancel").disabled = false;
    this.#show(now);
    const ran = now.state === "running";
    while (now.state === "running") {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      if (this.#signal.aborted || this.#id !== now.id) return;
      now = await call("GET", `/imports/${now.id}`);
      this.#show(now);
    }
    if (now.error) this.#fault(told(now.error));
    if (ran && !this.#signal.aborted) window.dash_clientside.set_props("cases-changed", { data: Date.now() });
  }

  #show(now) {
    const running = now.state === "running", part = (name) => this.#root.querySelector(name);
    part(".import-progress").hidden = false;
    part("[type=submit]").disabled = running;
    part(".import-cancel").hidden = !running;
    part(".import-state").textContent = said(now);
    const bar = part(".bar"), percent = Math.round((100 * now.done) / now.total);
    bar.hidden = !running;
    bar.setAttribute("aria-valuenow", percent);
    bar.firstElementChild.style.width = `${percent}%`;
    const list = part(".import-clips"), rows = [...now.refused.map(refused), ...now.videos.map(brought)];
    if (list.childElementCount !== rows.length || !running) list.replaceChildren(...rows);
  }

  #fault(text) {
    this.#root.querySelector(".import-fault").textContent = text;
  }
}

function said({ state, done, total, videos, refused }) {
  if (state === "running") return `${done} of ${total} clips`;
  const parts = [`${videos.length} of ${total} clips are in the library`];
  if (refused.length) parts.push(`${refused.length} could not be read`);
  return (state === "cancelled" ? "Cancelled: " : "") + parts.join(", ");
}

function brought({ video_id, name, action }) {
  const link = Object.assign(document.createElement("a"), { href: `/v/${video_id}`, textContent: name });
  return row(link, action);
}

function refused({ name, error }) {
  const item = row(Object.assign(document.createElement("span"), { textContent: name }), error.detail);
  item.className = "refused";
  return item;
}

function row(first, aside) {
  const item = document.createElement("li");
  item.append(first, Object.assign(document.createElement("span"), { className: "aside", textContent: aside }));
  return item;
}

// Uploads: Uppy sends over tus, so that a cut connection or a closed tab resumes where it stopped.
import { Tus, Uppy } from "../vendor/uppy/uppy.min.mjs";
import { bytes, count, seconds } from "./format.js";
import { API, toast } from "./rest.js";
import { ACTIVE, OVER, Row } from "./upload_row.js";

const CHUNK = 16 * 1024 * 1024;
const AT_ONCE = 3;
const READING_MS = [100, 1000, 3000, 5000, 10000, 20000, 40000]; // while the server reads the file
const AGAIN_MS = [300, 1000, 3000, 5000, 10000, 30000]; // while there is no network
const STALLED_MS = 20000; // no byte went for so long: the network is lost and did not say so
const SHOW_MS = 500;
const UNFOLDED = 4; // rows of a long list
const URGENT = ["uploading", "reading", "offline", "failed", "refused", "paused", "queued"]; // those, in this order
const LOCKED = 423, MOVED = 409;
const NO_SERVER = [0, 502, 503, 504]; // it comes back by itself
const FINAL = [400, 413, 415, 422]; // the same bytes would be refused again

const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;
const silent = { debug() {}, warn() {}, error() {} }; // the rows say what happens

// tus notes where each upload stands; one that is over is not to be resumed.
function forget(uploadUrl) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("tus::") && JSON.parse(localStorage[key]).uploadUrl === uploadUrl) delete localStorage[key];
  }
}

export class Uploads {
  #parts; #changed; #uppy; #rows = []; #answers = new Map(); #timer; #folded = true;

  constructor() {
    this.#uppy = new Uppy({ autoProceed: true, allowMultipleUploadBatches: true, logger: silent });
    this.#uppy.use(Tus, {
      endpoint: `${API}/uploads`,
      chunkSize: CHUNK,
      limit: AT_ONCE,
      retryDelays: READING_MS,
      onShouldRetry: (error, _attempt, _options, usual) =>
        [LOCKED, MOVED].includes(statusOf(error)) && usual(error),
      removeFingerprintOnSuccess: true,
      allowedMetaFields: ["name", "type"],
      onAfterResponse: (request, response) => this.#heard(request, response),
    });
    this.#uppy.on("file-added", (file) => this.#add(file));
    this.#uppy.on("upload-progress", (file, { bytesUploaded }) => {
      const row = this.#of(file);
      if (row?.expected) row.progress(bytesUploaded);
    });
    this.#uppy.on("upload-success", (file, { uploadURL }) => {
      this.#done(this.#of(file), this.#answers.get(new URL(uploadURL, location).pathname));
    });
    this.#uppy.on("upload-error", (file, error) => this.#failed(this.#of(file), error));
    window.addEventListener("offline", () => this.#each(ACTIVE, (row) => this.#lost(row)));
    window.addEventListener("online", () => this.#each(["offline"], (row) => this.#resume(row)));
  }

  // Show the rows in the panel, and call `changed` when a video has arrived.
  show(changed, signal) {
    const part = (name) => document.getElementById(name);
    this.#parts = {
      panel: part("uploads-panel"), list: part("uploads"), total: part("uploads-total"), news: part("uploads-news"),
      pause: part("uploads-pause"), resume: part("uploads-resume"), cancel: part("uploads-cancel"),
      clear: part("uploads-clear"), fold: part("uploads-fold"),
    };
    this.#changed = changed;
    const { list, pause, resume, cancel, clear, fold } = this.#parts;
    list.append(...this.#rows.map((row) => row.element));
    const on = (button, act) => button.addEventListener("click", act, { signal });
    on(pause, () => this.#each(ACTIVE, (row) => this.#pause(row)));
    on(resume, () => this.#each(["paused", "offline", "failed"], (row) => this.#resume(row)));
    on(cancel, () => this.#each([...ACTIVE, "paused", "offline", "failed"], (row) => this.#remove(row)));
    on(clear, () => this.#each(OVER, (row) => this.#remove(row)));
    on(fold, () => { this.#folded = !this.#folded; this.#show(); });
    this.#show();
  }

  // Take files chosen with `button` or dropped anywhere on the page.
  accept(button, signal) {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    input.accept = "video/*,.avi,.mkv,.mov,.mp4,.webm,.mpg,.mpeg,.wmv,.flv,.ts,.m4v";
    input.id = "file-input";
    input.hidden = true;
    button.after(input);
    button.addEventListener("click", () => input.click(), { signal });
    input.addEventListener("change", () => { this.#take(input.files); input.value = ""; }, { signal });
    const files = (event) => event.dataTransfer?.types.includes("Files");
    const on = (name, handler) => window.addEventListener(name, (event) => {
      if (!files(event)) return;
      event.preventDefault();
      handler(event);
    }, { signal });
    on("dragover", () => document.body.classList.add("dropping"));
    on("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
    on("drop", (event) => {
      document.body.classList.remove("dropping");
      this.#take(event.dataTransfer.files);
    });
    signal.addEventListener("abort", () => { document.body.classList.remove("dropping"); input.remove(); });
  }

  #take(files) {
    const again = [];
    for (const { name, type, ...rest } of [...files].map((file) => ({ name: file.name, type: file.type, data: file }))) {
      try {
        this.#uppy.addFile({ name, type, ...rest });
      } catch { // Uppy refuses a file that is already in its list
        again.push(name);
      }
    }
    if (again.length) toast(`${again.join(", ")}: in the list already.`);
  }

  // The last answer of an upload names the video, or says why there is none.
  #heard(request, response) {
    const video = response.getHeader("Kairoscope-Video");
    if (!video) return;
    const known = response.getHeader("Kairoscope-Known") === "true";
    this.#answers.set(new URL(request.getURL(), location).pathname, { video, known });
  }

  // The row of an upload: Uppy gives a file the same id when it comes again.
  #of(file) {
    return this.#rows.findLast((row) => row.file.id === file.id);
  }

  #each(states, act) {
    for (const row of [...this.#rows]) if (states.includes(row.state)) act(row);
    this.#show();
  }

  #add(file) {
    const row = new Row(file, {
      onPause: (one) => { this.#pause(one); this.#show(); },
      onResume: (one) => { this.#resume(one); this.#show(); },
      onRemove: (one) => this.#removeAndFocus(one),
    });
    this.#rows.push(row);
    this.#parts.list.append(row.element);
    this.#show();
  }

  #pause(row) {
    if (row.state === "reading") return;
    this.#hold(row);
    row.to("paused");
  }

  #hold(row) {
    if (!this.#uppy.getFile(row.file.id)?.isPaused) this.#uppy.pauseResume(row.file.id);
  }

  // One that waits is said to go on when a byte went, so that its row does not flicker.
  #resume(row) {
    if (row.trying) return;
    clearTimeout(row.again);
    if (row.state === "offline") row.try();
    else row.to("queued");
    if (this.#uppy.getFile(row.file.id).isPaused) this.#uppy.pauseResume(row.file.id);
    else this.#uppy.retryUpload(row.file.id).catch(() => {}); // upload-error tells
  }

  // The network is gone: go on when it is back, and try now and then, as it may not say so.
  #lost(row, ended = this.#uppy.getFile(row.file.id)?.error) {
    if (!ended) this.#hold(row);
    if (row.state !== "offline") this.#say(`${row.file.name} waits for the network.`);
    row.to("offline");
    clearTimeout(row.again);
    const delay = AGAIN_MS[Math.min(row.tries++, AGAIN_MS.length - 1)];
    row.again = setTimeout(() => {
      if (row.state !== "offline") return;
      if (navigator.onLine === false) this.#lost(row);
      else this.#resume(row);
      this.#show();
    }, delay);
  }

  #removeAndFocus(row) {
    const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
    this.#remove(row);
    this.#show();
    (next?.querySelector(".remove") ?? document.getElementById("choose")).focus();
  }

  #remove(row) {
    clearTimeout(row.again);
    const file = OVER.includes(row.state) ? null : this.#uppy.getFile(row.file.id);
    const begun = file?.error && file.tus?.uploadUrl; // Uppy let go of it, and does not end it
    if (file) this.#uppy.removeFile(row.file.id);
    if (begun) {
      forget(begun);
      fetch(begun, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => {}); // it expires
    }
    this.#rows = this.#rows.filter((other) => other !== row);
    row.element.remove();
  }

  #done(row, { video, known }) {
    const link = Object.assign(document.createElement("a"), { href: `/v/${video}`, textContent: known ? "open it" : "Open" });
    const words = document.createElement("span");
    words.append(known ? "Already here: " : "Uploaded · ", link);
    row.to("done", words);
    this.#say(known ? `${row.file.name} is here already.` : `${row.file.name} is uploaded.`);
    this.#uppy.removeFile(row.file.id);
    this.#show();
    this.#changed();
  }

  #failed(row, error) {
    if (!row) return;
    const status = statusOf(error);
    if (NO_SERVER.includes(status)) return this.#lost(row, true), this.#show();
    let problem = {};
    try {
      problem = JSON.parse(error.originalResponse.getBody());
    } catch { /* not a problem object: its status has to do */ }
    const usual = status === LOCKED ? "The server is still reading the file." : `The server answered ${status}.`;
    const words = [problem.detail ?? usual, problem.hint].filter(Boolean).join(" ");
    this.#say(`${row.file.name}: ${words}`);
    row.to(FINAL.includes(status) ? "refused" : "failed", words);
    if (row.state === "refused") {
      forget(error.originalRequest.getURL());
      this.#uppy.removeFile(row.file.id);
    }
    this.#show();
  }

  // To whoever does not see the rows.
  #say(words) {
    this.#parts.news.textContent = words;
  }

  #show() {
    const rows = this.#rows;
    const { panel, list, total, pause, resume, cancel, clear, fold } = this.#parts;
    const some = (states) => rows.some((row) => states.includes(row.state));
    panel.hidden = rows.length === 0;
    panel.classList.toggle("several", rows.length > 1);
    pause.hidden = !some(["queued", "uploading"]);
    resume.hidden = !rows.some((row) => row.resumable);
    cancel.hidden = rows.every((row) => OVER.includes(row.state));
    clear.hidden = !some(OVER);
    total.textContent = this.#total(rows);
    const long = rows.length > UNFOLDED;
    const worth = rows.filter((row) => URGENT.includes(row.state));
    const first = worth.sort((a, b) => URGENT.indexOf(a.state) - URGENT.indexOf(b.state)).slice(0, UNFOLDED);
    for (const row of rows) row.element.hidden = long && this.#folded && !first.includes(row);
    fold.hidden = !long;
    fold.textContent = this.#folded ? `Show all ${rows.length}` : "Show fewer";
    fold.setAttribute("aria-expanded", String(!this.#folded));
    list.classList.toggle("long", long && !this.#folded);
    clearTimeout(this.#timer);
    if (rows.some((row) => row.expected)) this.#timer = setTimeout(() => this.#tick(), SHOW_MS);
  }

  #tick() {
    const now = performance.now();
    for (const row of this.#rows) {
      if ((row.trying || row.state === "uploading") && now - row.heard > STALLED_MS) this.#lost(row);
    }
    this.#show();
  }

  #total(rows) {
    const open = rows.filter((row) => !OVER.includes(row.state));
    if (!open.length) return `${count(rows.length, "upload")}, all finished`;
    const sum = (of) => open.reduce((all, row) => all + of(row), 0);
    const sent = sum((row) => row.sent), size = sum((row) => row.total);
    const speed = sum((row) => (row.state === "uploading" ? row.pace.speed ?? 0 : 0));
    const percent = size ? Math.round((100 * sent) / size) : 0;
    const parts = [`${rows.length - open.length} of ${count(rows.length, "upload")} finished`, `${percent} %`];
    if (speed) parts.push(`${bytes(speed)}/s`, `${seconds((size - sent) / speed)} left`);
    return parts.join(" · ");
  }
}

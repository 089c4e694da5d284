// Uploads: Uppy sends over tus, so that a cut connection or a closed tab resumes where it stopped.
import { Tus, Uppy } from "../vendor/uppy/uppy.min.mjs";
import { API } from "./rest.js";

const CHUNK = 16 * 1024 * 1024;
const RETRY_MS = [100, 1000, 3000, 5000]; // then the connection counts as lost
const READING_MS = [10000, 20000, 40000]; // longer still while the server reads the file
const LOCKED = 423;
const REFUSED = 422;

const status = (error) => error.originalResponse?.getStatus();

// tus notes where each upload stands; a refused one is not to be resumed.
function forget(uploadUrl) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("tus::") && JSON.parse(localStorage[key]).uploadUrl === uploadUrl) delete localStorage[key];
  }
}

export class Uploads {
  #list; #changed; #uppy; #rows = new Map(); #answers = new Map();

  constructor() {
    this.#uppy = new Uppy({ autoProceed: true, allowMultipleUploadBatches: true });
    this.#uppy.use(Tus, {
      endpoint: `${API}/uploads`,
      chunkSize: CHUNK,
      limit: 3,
      retryDelays: [...RETRY_MS, ...READING_MS],
      onShouldRetry: (error, attempt, _options, usual) =>
        (attempt < RETRY_MS.length || status(error) === LOCKED) && usual(error),
      removeFingerprintOnSuccess: true,
      allowedMetaFields: ["name", "type"],
      onAfterResponse: (request, response) => this.#heard(request, response),
    });
    this.#uppy.on("file-added", (file) => this.#add(file));
    this.#uppy.on("upload-progress", (file, { bytesUploaded, bytesTotal }) =>
      this.#progress(file, bytesUploaded, bytesTotal));
    this.#uppy.on("upload-success", (file, { uploadURL }) => {
      this.#done(file, this.#answers.get(new URL(uploadURL, location).pathname));
      this.#changed();
    });
    this.#uppy.on("upload-error", (file, error) => this.#failed(file, error));
  }

  // Show a row for each file in `list`, and call `changed` when a video has arrived.
  show(list, changed) {
    this.#list = list;
    this.#changed = changed;
    list.append(...this.#rows.values());
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
    for (const file of files) {
      try {
        this.#uppy.addFile({ name: file.name, type: file.type, data: file });
      } catch { /* Uppy refuses a file that is already in its list */ }
    }
  }

  // The last answer of an upload names the video, or says why there is none.
  #heard(request, response) {
    const video = response.getHeader("Kairoscope-Video");
    if (video) this.#answers.set(new URL(request.getURL(), location).pathname, video);
  }

  #add(file) {
    const row = document.createElement("li");
    row.innerHTML = `<span class="file"></span><span class="bar" role="progressbar" aria-label="Upload"
      aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"><span></span></span><span class="note">0 %</span>
      <button type="button" class="control cancel" title="Remove"></button>`;
    row.querySelector(".file").textContent = file.name;
    const cancel = row.querySelector(".cancel");
    cancel.setAttribute("aria-label", `Remove ${file.name}`);
    cancel.addEventListener("click", () => {
      if (this.#uppy.getFile(file.id)) this.#uppy.removeFile(file.id);
      this.#rows.delete(file.id);
      row.remove();
    });
    this.#rows.set(file.id, row);
    this.#list.append(row);
  }

  #progress(file, sent, total) {
    const row = this.#rows.get(file.id), percent = total ? Math.round((100 * sent) / total) : 0;
    row.querySelector(".bar").setAttribute("aria-valuenow", percent);
    row.querySelector(".bar span").style.width = `${percent}%`;
    row.querySelector(".note").textContent = percent === 100 ? "Reading the file" : `${percent} %`;
  }

  #done(file, video) {
    const row = this.#rows.get(file.id);
    row.classList.add("done");
    row.querySelector(".bar").remove();
    const link = Object.assign(document.createElement("a"), { href: `/v/${video}`, textContent: "Open" });
    row.querySelector(".note").replaceChildren("Uploaded · ", link);
    this.#rows.delete(file.id); // seen; it need not come back with the page
    this.#uppy.removeFile(file.id);
  }

  #failed(file, error) {
    const row = this.#rows.get(file.id);
    let problem = {};
    try {
      problem = JSON.parse(error.originalResponse?.getBody() ?? "{}");
    } catch { /* not a problem object: its status has to do */ }
    if (status(error) === REFUSED) forget(error.originalRequest.getURL());
    row.classList.add("failed");
    row.querySelector(".bar").remove();
    const note = row.querySelector(".note");
    const cause = status(error) === LOCKED ? "The server is still reading the file." : "The connection was lost.";
    note.textContent = [problem.detail ?? cause, problem.hint].filter(Boolean).join(" ");
    if (problem.detail) return void this.#uppy.removeFile(file.id);
    const again = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: "Resume" });
    again.addEventListener("click", () => {
      row.remove();
      const { name, type, data } = this.#uppy.getFile(file.id);
      this.#uppy.removeFile(file.id);
      this.#uppy.addFile({ name, type, data });
    });
    note.append(" ", again);
  }
}

// Ground truth: a file of keyframes or intervals that people chose, sent to the server or removed.
import { API, call, problem } from "./rest.js";

// `ask(action)` runs what may fail, and says why it did.
export function chooseTruth(video, ask, signal) {
  const dialog = document.getElementById("truth");
  const path = `/videos/${video}/annotations`;
  const on = (id, handler) => document.getElementById(id).addEventListener("click", handler, { signal });
  const picker = Object.assign(document.createElement("input"), { type: "file", accept: ".json,.csv,.txt" });
  picker.addEventListener("change", () => ask(async () => {
    const [file] = picker.files;
    picker.value = "";
    await send(path, file);
    location.reload();
  }), { signal });
  on("choose-truth", () => dialog.showModal());
  on("import-truth", () => picker.click());
  on("remove-truth", () => ask(async () => {
    await call("DELETE", path);
    location.reload();
  }));
}

async function send(path, file) {
  const answer = await fetch(`${API}${path}?filename=${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
  if (!answer.ok) throw problem(answer, await answer.json().catch(() => null));
}

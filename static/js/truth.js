// Ground truth: a file of keyframes or intervals that people chose, sent to the server or removed.
import { API, call, problem } from "./rest.js";

export function chooseTruth(video, signal) {
  const dialog = document.getElementById("truth");
  const fault = dialog.querySelector(".fault");
  const path = `/videos/${video}/annotations`;
  const on = (id, handler) => document.getElementById(id).addEventListener("click", handler, { signal });
  // Why a change failed stands in the dialog: what is outside of an open one is dim and silent.
  const change = async (make) => {
    fault.textContent = "";
    try {
      await make();
      location.reload();
    } catch (error) {
      fault.textContent = error.message;
    }
  };
  const picker = Object.assign(document.createElement("input"), { type: "file", accept: ".json,.csv,.txt" });
  picker.addEventListener("change", () => {
    const [file] = picker.files;
    picker.value = ""; // the same file again, corrected, is a change
    change(() => send(path, file));
  }, { signal });
  on("choose-truth", () => {
    fault.textContent = "";
    dialog.showModal();
  });
  on("import-truth", () => picker.click());
  on("remove-truth", () => change(() => call("DELETE", path)));
}

async function send(path, file) {
  const answer = await fetch(`${API}${path}?filename=${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
  if (!answer.ok) throw problem(answer, await answer.json().catch(() => null));
}

// A job as it runs, over server-sent events; the browser reconnects by itself.
import { API } from "./rest.js";

const PACE = 300; // ms between two updates of the page

// Calls `onProgress(job)` at most every PACE ms, and `onEnd(job)` once, with
// null when the job is gone.
export function watch(job, { onProgress, onEnd }, signal) {
  const events = new EventSource(`${API}/analyses/${job}/events`);
  let last = 0;
  events.addEventListener("progress", (event) => {
    if (performance.now() - last < PACE) return;
    last = performance.now();
    onProgress(JSON.parse(event.data));
  });
  events.addEventListener("end", (event) => {
    events.close();
    onEnd(JSON.parse(event.data || "null"));
  });
  signal.addEventListener("abort", () => events.close());
}

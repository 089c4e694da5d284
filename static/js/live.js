// A job as it runs, over server-sent events; the browser reconnects by itself.
import { API, call } from "./rest.js";

const PACE = 300; // ms between two updates of the page
const POLL = 2000; // ms between two questions where the server does not stream

// Calls `onProgress(job)` at most every PACE ms, always with the newest state, and `onEnd(job)`
// once, with null when the job is gone.
export function watch(job, { onProgress, onEnd }, signal) {
  const events = new EventSource(`${API}/analyses/${job}/events`);
  let newest, update, question;
  let last = -PACE;

  const show = (state) => {
    newest = state;
    update ??= setTimeout(() => {
      update = undefined;
      last = performance.now();
      onProgress(newest);
    }, last + PACE - performance.now());
  };
  const stop = () => {
    events.close();
    clearTimeout(update);
    clearTimeout(question);
  };
  const end = (state) => {
    stop();
    onEnd(state);
  };
  const ask = async () => {
    let state;
    try {
      state = await call("GET", `/analyses/${job}`);
    } catch (error) {
      if (error.status === 404 && !signal.aborted) return end(null);
    }
    if (signal.aborted) return;
    if (state && !["queued", "running"].includes(state.state)) return end(state);
    if (state) show(state);
    question = setTimeout(ask, POLL);
  };

  events.addEventListener("progress", (event) => show(JSON.parse(event.data)));
  events.addEventListener("end", (event) => end(JSON.parse(event.data || "null")));
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) ask(); // refused: it will not try again
  });
  signal.addEventListener("abort", stop);
}

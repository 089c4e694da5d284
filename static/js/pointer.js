// Pointer on the timeline: hover shows the frame, a click seeks, a drag over the curves loops,
// a drag anywhere else, or by touch, scrubs.
const SLACK = 4; // px before a press is a drag
const RULER = 28; // px: the top of the curves, where the seconds stand

export function follow(timeline, { clock, axis, preview, onHover }, signal) {
  const loop = timeline.querySelector("#loop");
  let press = null;

  const at = (event) => event.clientX - timeline.getBoundingClientRect().left;
  const timeAt = (event) => Math.min(Math.max(0, axis.time(at(event))), clock.duration);
  const onAxis = (event) => at(event) >= axis.left - 6 && at(event) <= axis.end + 6;
  const snap = (time) => (clock.times ? clock.times[clock.frameAt(time)] : time);

  function hover(event) {
    if (event.pointerType === "touch" && !press) return;
    const cell = event.target.closest(".cell");
    if (!onAxis(event) && !cell) return leave();
    const time = cell && !press ? Number(cell.dataset.time) : snap(timeAt(event));
    const frame = clock.times ? clock.frameAt(time) : null;
    const extra = cell && !press ? timeline.querySelector(`[data-select="${cell.dataset.of}"] .name`).textContent : "";
    const anchor = cell ?? event.target.closest(".curves, .row");
    const y = anchor ? anchor.getBoundingClientRect().top : event.clientY;
    preview.show({ x: event.clientX, y, time, frame, extra });
    onHover(time);
  }

  function leave() {
    preview.hide();
    onHover(null);
  }

  function zone(event) {
    const curves = event.target.closest("[data-zone=curves]");
    if (!curves || event.pointerType === "touch") return "scrub";
    const graph = curves.querySelector(".js-plotly-plot") ?? curves;
    return event.clientY - graph.getBoundingClientRect().top < RULER ? "scrub" : "brush";
  }

  const on = (name, handler) => timeline.addEventListener(name, handler, { signal });

  on("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest(".row-label, .panel-label, summary")) return;
    if (!onAxis(event) && !event.target.closest("#playhead, .cell")) return;
    const cell = event.target.closest(".cell, .phase");
    press = { x: event.clientX, time: timeAt(event), zone: zone(event), cell, moved: false };
    if (press.zone === "scrub" && !cell) clock.seek(press.time);
    if (event.target.closest("#playhead")) press.zone = "scrub";
  });

  on("pointermove", (event) => {
    if (press && Math.abs(event.clientX - press.x) > SLACK && !press.moved) {
      press.moved = true;
      timeline.setPointerCapture(event.pointerId);
    }
    if (press?.moved && press.zone === "scrub") clock.seek(timeAt(event));
    if (press?.moved && press.zone === "brush") brush(timeAt(event));
    hover(event);
  });

  on("pointerup", (event) => {
    const { moved, cell, zone: where, time } = press ?? {};
    press = null;
    if (moved && where === "brush") {
      if (loop.dataset.end - loop.dataset.start > 0.04) {
        clock.loop = [Number(loop.dataset.start), Number(loop.dataset.end)];
        clock.seek(clock.loop[0]);
        if (!clock.playing) clock.toggle();
      }
    } else if (time !== undefined && !moved && !cell && where === "brush") {
      endLoop();
      clock.seek(time);
    }
  });

  on("pointercancel", () => { press = null; leave(); });
  on("pointerleave", leave);

  on("click", (event) => {
    const cell = event.target.closest(".cell, .phase");
    if (!cell) return;
    clock.seek(Number(cell.dataset.time ?? cell.dataset.start));
  });

  on("focusin", (event) => {
    const cell = event.target.closest(".cell:focus-visible");
    if (!cell) return;
    const { left, width, top } = cell.getBoundingClientRect();
    const time = Number(cell.dataset.time);
    preview.show({ x: left + width / 2, y: top, time, frame: Number(cell.dataset.frame) });
  });
  on("focusout", leave);

  timeline.addEventListener("wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey || event.shiftKey) || !onAxis(event)) return;
    event.preventDefault();
    const [start, end] = axis.window;
    const delta = event.deltaY || event.deltaX;
    if (event.shiftKey) axis.show(start + (delta / axis.width) * (end - start), end - start);
    else axis.zoom(Math.exp(delta / 300), axis.time(at(event)));
  }, { signal, passive: false });

  function brush(time) {
    const [start, end] = [press.time, time].sort((a, b) => a - b);
    Object.assign(loop.dataset, { start, end });
    place();
    loop.hidden = false;
  }

  function place() {
    const from = Math.max(axis.left, axis.x(Number(loop.dataset.start)));
    const to = Math.min(axis.end, axis.x(Number(loop.dataset.end)));
    loop.style.left = `${from}px`;
    loop.style.width = `${Math.max(0, to - from)}px`;
  }

  function endLoop() {
    clock.loop = null;
    loop.hidden = true;
  }

  axis.on(() => loop.hidden || place());
  return { endLoop };
}

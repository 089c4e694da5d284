// The keyboard contract, off inside inputs and while a dialog is open; `more` are a page's own keys.
export function listen({ clock, axis, strips, pointer }, signal, more = {}) {
  const actions = { ...actionsOn(clock, axis, strips, pointer), ...more };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const onButton = event.target.closest("button:focus-visible, a:focus-visible, summary:focus-visible");
    if (event.key === " " && onButton) return; // Space presses what has the focus
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  }, { signal });
}

function actionsOn(clock, axis, strips, pointer) {
  const keyframe = (direction) => {
    const times = strips.keyframes().map((frame) => frame.time_s);
    const near = direction > 0
      ? times.find((time) => time > clock.now + 1e-6)
      : times.findLast((time) => time < clock.now - 1e-6);
    if (near !== undefined) clock.seek(near);
  };
  const method = (direction) => {
    const { names } = strips;
    if (!names.length) return;
    const place = names.indexOf(strips.selected) + direction;
    strips.select(names[(place + names.length) % names.length]);
  };
  const actions = {
    " ": () => clock.toggle(),
    ",": () => clock.step(-1),
    ".": () => clock.step(1),
    ArrowLeft: (event) => clock.seek(clock.now - (event.shiftKey ? 1 : 0.1)),
    ArrowRight: (event) => clock.seek(clock.now + (event.shiftKey ? 1 : 0.1)),
    "[": () => keyframe(-1),
    "]": () => keyframe(1),
    Home: () => clock.seek(0),
    End: () => clock.seek(clock.duration),
    n: () => method(1),
    p: () => method(-1),
    "+": () => axis.zoom(0.5, clock.now),
    "-": () => axis.zoom(2, clock.now),
    Escape: () => { pointer.endLoop(); axis.fit(); },
  };
  for (let tenth = 0; tenth <= 9; tenth++) actions[tenth] = () => clock.seek((clock.duration * tenth) / 10);
  return actions;
}

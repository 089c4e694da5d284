// A word at the foot of the page with something to do about it. It stays while it is pointed at or
// has the focus, so that nobody has to hurry.
const STAYS_MS = 10000;
let shown = null;

export function notice(text, { label, act } = {}) {
  shown?.close();
  const element = document.createElement("div");
  element.className = "toast";
  element.role = "status";
  const words = document.createElement("span");
  element.append(words);
  let timer;
  const close = () => {
    clearTimeout(timer);
    element.remove();
    if (shown?.element === element) shown = null;
  };
  const wait = () => { clearTimeout(timer); timer = setTimeout(close, STAYS_MS); };
  const run = () => { close(); act(); };
  if (label) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", run);
    element.append(button);
  }
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, wait);
  document.body.append(element);
  words.textContent = text; // after it is there: a region is read when it changes
  wait();
  shown = { element, close, run: label && run };
}

// What the notice offers, for the keyboard; whether there was anything.
export function act() {
  if (!shown?.run) return false;
  shown.run();
  return true;
}

// The frame budget: one slider for how many frames every method may keep.
const PAUSE = 250; // ms without a move before the scores are asked for again

export class Budget {
  #place; #onChange; #onSettled; #timer; #input;

  // `onChange(frames)` hears each move, 0 for each method's own number; `onSettled(frames)` where it
  // comes to rest.
  constructor(place, { onChange, onSettled }, signal) {
    this.#place = place;
    this.#onChange = onChange;
    this.#onSettled = onSettled;
    this.#input = Object.assign(document.createElement("input"), { type: "range", min: 0, step: 1, value: 0 });
    this.#input.setAttribute("aria-labelledby", "budget-label");
    this.#input.addEventListener("input", () => this.#moved(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  // Offer as many frames as one of the methods has answers for; nothing where none has any.
  know(methods) {
    const most = Math.max(0, ...methods.map(({ budget }) => budget?.length ?? 0));
    this.#place.hidden = most === 0;
    if (!most) return;
    this.#input.max = most;
    this.#place.querySelector(".slot").replaceChildren(this.#input);
    const asked = Number(new URLSearchParams(location.search).get("budget"));
    if (asked >= 1 && asked <= most) this.#input.value = asked;
    this.#moved();
  }

  #moved() {
    const frames = this.#input.valueAsNumber;
    const words = frames ? `${frames} each` : "own number";
    this.#place.querySelector("output").textContent = words;
    this.#input.setAttribute("aria-valuetext", words);
    this.#onChange(frames);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settled(frames), PAUSE);
  }

  #settled(frames) {
    const address = new URL(location);
    if (frames) address.searchParams.set("budget", frames);
    else address.searchParams.delete("budget");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    this.#onSettled(frames);
  }
}

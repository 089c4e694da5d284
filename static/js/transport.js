// The buttons that move a clock: play, step, speed.
const SPEEDS = [1, 0.5, 0.25, 0.1, 2];

export function transport(root, clock, signal) {
  const button = (name) => root.querySelector(`.control.${name}`);
  const on = (name, handler) => button(name).addEventListener("click", handler, { signal });
  on("play", () => clock.toggle());
  on("back", () => clock.step(-1));
  on("forward", () => clock.step(1));
  on("speed", () => {
    clock.rate = SPEEDS[(SPEEDS.indexOf(clock.rate) + 1) % SPEEDS.length];
  });
  clock.on(() => {
    button("speed").textContent = `${clock.rate}×`;
    button("play").classList.toggle("playing", clock.playing);
    button("play").setAttribute("aria-label", clock.playing ? "Pause (Space)" : "Play (Space)");
  });
}

// How fast bytes go, as a mean that forgets: what was an eighth of a minute ago hardly counts.
const MEMORY_S = 4;

export class Pace {
  #bytes = null; #at = 0; #speed = null;

  // `bytes` have gone in all at `now`, in ms.
  add(bytes, now) {
    const passed = (now - this.#at) / 1000;
    if (this.#bytes !== null && passed < 0.2) return;
    if (this.#bytes !== null) {
      const speed = Math.max(0, bytes - this.#bytes) / passed;
      const kept = this.#speed === null ? 0 : Math.exp(-passed / MEMORY_S);
      this.#speed = kept * (this.#speed ?? 0) + (1 - kept) * speed;
    }
    this.#bytes = bytes;
    this.#at = now;
  }

  // After a pause nothing before it counts.
  reset() {
    this.#bytes = this.#speed = null;
  }

  // Bytes a second; null while nobody knows.
  get speed() {
    return this.#speed;
  }

  // Seconds for `bytes` more; null while nobody knows.
  left(bytes) {
    return this.#speed ? bytes / this.#speed : null;
  }
}

// The one clock of the page: the time and frame on screen, and every way to move them.
// Times come from the analysis (`times`, seconds of each decoded frame); the preview has the same.
import { lastAtMost, ROUNDING } from "./sprites.js";

export class Clock {
  #video; #listeners = new Set(); #wanted = null;
  times = null;
  duration;
  now = 0;
  loop = null;

  constructor(video, duration, signal) {
    this.#video = video;
    this.duration = duration;
    const on = (name, handler) => video.addEventListener(name, handler, { signal });
    on("loadeddata", () => { this.#load(); this.#tell(); });
    on("seeked", () => this.#next());
    on("ended", () => {
      if (!this.loop) return;
      this.seek(this.loop[0]);
      this.toggle();
    });
    for (const name of ["play", "pause", "ended", "ratechange"]) on(name, () => this.#tell());
    const frame = (_, { mediaTime }) => {
      if (signal.aborted) return;
      if (this.#wanted === null && !video.seeking) this.#at(mediaTime);
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
  }

  get playing() { return !this.#video.paused && !this.#video.ended; }
  get frame() { return this.times ? this.frameAt(this.now) : null; }
  get rate() { return this.#video.playbackRate; }
  set rate(rate) { this.#video.playbackRate = rate; }

  // The frame on screen at `time`.
  frameAt(time) { return lastAtMost(this.times, time + ROUNDING); }

  know(times, duration) {
    this.times = times;
    this.duration = duration;
    this.seek(this.now);
  }

  on(listener) { this.#listeners.add(listener); listener(this); }

  seek(time) {
    time = Math.min(Math.max(0, time), this.duration);
    this.now = this.times ? this.times[this.frameAt(time)] : time;
    this.#wanted = this.#inside(this.now);
    if (!this.#video.seeking) this.#next();
    this.#tell();
  }

  step(frames) {
    this.pause();
    if (!this.times) return this.seek(this.now + frames / 25);
    const last = this.times.length - 1;
    this.seek(this.times[Math.min(Math.max(0, this.frame + frames), last)]);
  }

  toggle() { this.playing ? this.pause() : this.play(); }

  play() { this.#video.play().catch(() => {}); } // a seek or a new source may interrupt it

  pause() { this.#video.pause(); }

  // Well inside the frame's own display time, so that rounding cannot show its neighbour: a link's
  // moment, say, whose milliseconds may fall just short of its frame.
  #inside(time) {
    if (!this.times) return time + ROUNDING;
    const frame = this.frameAt(time);
    const next = this.times[frame + 1] ?? this.duration;
    return time + Math.max(0, next - time) / 2;
  }

  // One seek at a time: while the video still seeks, only the newest wish is kept.
  #next() {
    if (this.#wanted === null || this.#video.readyState === 0) return;
    const wanted = this.#wanted;
    this.#wanted = null;
    if (Math.abs(this.#video.currentTime - wanted) > 1e-4) this.#video.currentTime = wanted;
  }

  #load() { this.#wanted ??= this.#inside(this.now); this.#next(); }

  #at(time) {
    if (this.loop && this.playing && time >= this.loop[1] - ROUNDING) return this.seek(this.loop[0]);
    this.now = this.times ? this.times[this.frameAt(time)] : time;
    this.#tell();
  }

  #tell() { for (const listener of this.#listeners) listener(this); }
}

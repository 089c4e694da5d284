// Two clocks moved as one. Keys and buttons act on the one that leads, the other follows by the
// alignment: `time` (the same second), `share` (the same part of each clip) or `here` (`offset`
// seconds apart). It has what Clock offers, in the times of the leading one.
const END = 0.02; // seconds before the last frame: from there nothing is left to play
const NEAR = 0.06, FAR = 0.5; // seconds that the other may be off while it plays: ignore, jump
const RATES = [0.0625, 16]; // what browsers accept

export class Pair {
  #clocks; #listeners = new Set(); #rate = 1; #playing = false;
  lead = 0; // the place of the leading one
  align = "time";
  offset = 0;
  apart = false; // whether the leading one moves alone

  constructor(clocks) {
    this.#clocks = clocks;
    clocks.forEach((clock, side) => clock.on(() => this.#moved(side)));
  }

  get now() { return this.#lead.now; }
  get duration() { return this.#lead.duration; }
  get playing() { return this.#playing; }
  get rate() { return this.#rate; }
  set rate(rate) {
    this.#rate = rate;
    this.#pace();
    this.#tell();
  }

  on(listener) { this.#listeners.add(listener); listener(this); }

  // Where the other one belongs while `side` is at `time`, perhaps beyond its ends.
  across(side, time) {
    if (this.align === "share") return (time / this.#span(side)) * this.#span(1 - side);
    if (this.align === "here") return time + (side === 0 ? this.offset : -this.offset);
    return time;
  }

  seek(time, side = this.lead) {
    this.lead = side;
    this.#lead.seek(time);
    this.follow();
  }

  // One frame of the leading one; where it has no more, of the other.
  step(frames) {
    this.pause();
    const before = this.#lead.now;
    this.#lead.step(frames);
    if (this.#lead.now === before && !this.apart) {
      const other = this.#other.now;
      this.#other.step(frames);
      if (this.#other.now !== other) this.lead = 1 - this.lead;
    }
    this.follow();
  }

  toggle() { this.#playing ? this.pause() : this.play(); }

  play() {
    if (!this.#ahead(this.lead)) {
      if (!this.apart && this.#ahead(1 - this.lead)) this.lead = 1 - this.lead;
      else this.#rewind();
    }
    this.#playing = true;
    this.#pace();
    this.#lead.play();
    this.#tell();
  }

  pause() {
    this.#playing = false;
    for (const clock of this.#clocks) if (clock.playing) clock.pause();
    this.follow();
  }

  // Bring the other one to where it belongs.
  follow() {
    if (!this.apart) this.#other.seek(this.across(this.lead, this.now));
    this.#tell();
  }

  // Align by `align`; `here` keeps the two as far apart as they stand now.
  arrange(align, offset = this.#clocks[1].now - this.#clocks[0].now) {
    this.align = align;
    this.offset = Math.round(offset * 1000) / 1000; // as a link has it
    this.apart = false;
    this.#pace();
    this.follow();
  }

  // Let the leading one move alone, or both again.
  part(apart) {
    this.pause();
    this.apart = apart;
    this.follow();
  }

  give(side) {
    if (side === this.lead) return;
    if (this.apart) this.pause();
    this.lead = side;
    this.#pace();
    this.#tell();
  }

  get #lead() { return this.#clocks[this.lead]; }
  get #other() { return this.#clocks[1 - this.lead]; }

  // Seconds from the first frame to the last.
  #span(side) {
    const { times, duration } = this.#clocks[side];
    return times?.at(-1) || duration;
  }

  #ahead(side) { return this.#clocks[side].now < this.#span(side) - END; }

  // To the beginning of the one that begins first.
  #rewind() {
    if (!this.apart && this.across(1 - this.lead, 0) < 0) this.lead = 1 - this.lead;
    this.seek(0);
  }

  #moved(side) {
    if (this.#playing && !this.#lead.playing) {
      if (!this.apart && this.#other.playing) this.lead = 1 - this.lead; // it goes on alone
      else this.#playing = false;
    }
    this.#pace();
    if (side === this.lead && !this.#playing && !this.#beside()) this.follow();
    else this.#tell();
  }

  // Whether the other one shows the frame that it should.
  #beside() {
    if (this.apart) return true;
    const wanted = this.across(this.lead, this.now), { times, now, frame, duration } = this.#other;
    if (times) return this.#other.frameAt(wanted) === frame;
    return Math.abs(Math.min(Math.max(0, wanted), duration) - now) < 1e-6;
  }

  // While both play, keep the other beside the leading one: by its rate, and where far off by a jump.
  #pace() {
    const lead = this.#lead, other = this.#other;
    if (lead.rate !== this.#rate) lead.rate = this.#rate;
    if (!this.#playing || !lead.playing) return;
    if (this.apart) return other.playing && other.pause();
    const wanted = this.across(this.lead, lead.now), error = wanted - other.now;
    const within = wanted >= 0 && wanted < this.#span(1 - this.lead) - END;
    if (!within) {
      if (wanted < 0 && other.playing) other.pause();
      if (wanted < 0 && other.now > 0) other.seek(0);
      return;
    }
    if (Math.abs(error) > FAR) other.seek(wanted);
    const ratio = this.align === "share" ? this.#span(1 - this.lead) / this.#span(this.lead) : 1;
    const nudge = Math.abs(error) < NEAR || Math.abs(error) > FAR ? 1 : 1 + error;
    const rate = Math.min(Math.max(RATES[0], this.#rate * ratio * nudge), RATES[1]);
    if (Math.abs(other.rate / rate - 1) > 0.01) other.rate = rate;
    if (!other.playing) other.play();
  }

  #tell() { for (const listener of this.#listeners) listener(this); }
}

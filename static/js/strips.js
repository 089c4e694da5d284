// What lies on the rows: the film, the ticks and thumbnails of each method's keyframes.
import { lastAtMost } from "./sprites.js";

const FILM = 40, THUMB = 46; // px high
const SLIVER = 9; // px: a thumbnail narrower than this joins its neighbours

export class Strips {
  #timeline; #axis; #sprites; #times; #methods = {}; #rows = new Map(); #frame = 0; #budget = 0;
  selected = null;

  constructor(timeline, axis) {
    this.#timeline = timeline;
    this.#axis = axis;
    axis.on(() => this.lay());
  }

  know({ sprites = this.#sprites, times = this.#times, methods = this.#methods }) {
    this.#sprites = sprites;
    this.#times = times;
    this.#methods = methods;
    if (!(this.selected in methods)) this.selected = Object.keys(methods)[0] ?? null;
    this.lay();
  }

  get names() { return Object.keys(this.#methods); }

  // The keyframes shown: of the method's own number, or of the frame budget where it has an answer.
  keyframes(method = this.selected) {
    const found = this.#methods[method];
    return (found?.budget?.[this.#budget - 1] ?? found)?.keyframes ?? [];
  }

  // Let every method keep `budget` frames; 0 means each its own number.
  allow(budget) {
    this.#budget = budget;
    this.lay();
  }

  select(method) {
    this.selected = method;
    for (const row of this.#timeline.querySelectorAll("[data-method]")) this.#mark(row);
  }

  lay() {
    for (const band of this.#timeline.querySelectorAll(".track [data-start]")) this.#band(band);
    for (const mark of this.#timeline.querySelectorAll(".track [data-at]")) this.#place(mark);
    if (this.#sprites) this.#film();
    for (const row of this.#timeline.querySelectorAll("[data-method]")) {
      this.#mark(row);
      if (this.#methods[row.dataset.method]) this.#row(row);
    }
    this.at(this.#frame);
  }

  // Ring in each row the keyframe that stands for frame `frame`: the last one up to it.
  at(frame) {
    this.#frame = frame;
    for (const { cells, firsts } of this.#rows.values()) {
      const place = firsts.length && firsts[0] <= frame ? lastAtMost(firsts, frame) : -1;
      cells.forEach((cell, number) => cell.classList.toggle("at", number === place));
    }
  }

  #mark(row) {
    const chosen = row.dataset.method === this.selected;
    row.classList.toggle("selected", chosen);
    row.querySelector("[data-select]").setAttribute("aria-pressed", chosen);
  }

  #x(time) { return this.#axis.x(time) - this.#axis.left; }

  #band(band) {
    const from = Math.max(0, this.#x(Number(band.dataset.start)));
    const to = Math.min(this.#axis.width, this.#x(Number(band.dataset.end)));
    band.style.left = `${from}px`;
    band.style.width = `${Math.max(0, to - from)}px`;
    band.hidden = to <= from;
  }

  #place(mark) {
    const x = this.#x(Number(mark.dataset.at));
    mark.style.left = `${x}px`;
    mark.hidden = x < 0 || x > this.#axis.width;
  }

  #film() {
    const track = this.#timeline.querySelector(".film .track");
    const number = Math.max(1, Math.round(this.#axis.width / (FILM * this.#sprites.aspect)));
    const width = this.#axis.width / number;
    const tiles = Array.from({ length: number }, (_, place) => {
      const time = this.#axis.time(this.#axis.left + (place + 0.5) * width);
      const tile = document.createElement("span");
      const high = FILM * Math.max(1, width / (FILM * this.#sprites.aspect));
      this.#sprites.paint(tile, this.#sprites.tileAt(time, this.#times, this.#axis.duration), high, width);
      return tile;
    });
    track.replaceChildren(...tiles);
  }

  #row(row) {
    const kept = this.keyframes(row.dataset.method);
    this.#count(row, kept.length);
    const seen = kept.map((frame) => ({ ...frame, x: this.#x(frame.time_s) }))
      .filter(({ x }) => x >= -THUMB && x <= this.#axis.width + THUMB);
    const ticks = seen.filter(({ x }) => x >= 0 && x <= this.#axis.width).map(({ x }) => {
      const tick = document.createElement("i");
      tick.style.left = `${x}px`;
      return tick;
    });
    const groups = this.#groups(seen);
    const title = row.querySelector(".name").textContent;
    const cells = groups.map((group) => this.#cell(group, title));
    const focused = row.contains(document.activeElement) ? document.activeElement.dataset.frame : null;
    row.querySelector(".track").replaceChildren(...ticks, ...cells);
    if (focused) cells.find((cell) => cell.dataset.frame === focused)?.focus();
    this.#rows.set(row.dataset.method, { cells, firsts: groups.map(({ frames }) => frames[0].index) });
  }

  #count(row, number) {
    const words = row.querySelector(".kept"), percent = (100 * number) / this.#times.length;
    words.textContent = `${number} kept · ${percent.toFixed(percent < 10 ? 1 : 0)} %`;
  }

  // Each thumbnail has the room to half-way its neighbours, so that none hides another; where that
  // is a sliver, neighbours share one.
  #groups(seen) {
    const full = this.#sprites ? THUMB * this.#sprites.aspect : THUMB;
    const groups = [];
    for (const frame of seen) {
      const last = groups.at(-1);
      if (last && frame.x - last.frames[0].x < SLIVER) last.frames.push(frame);
      else groups.push({ frames: [frame], x: frame.x });
    }
    groups.forEach((group, place) => {
      const before = place ? (groups[place - 1].x + group.x) / 2 : 0;
      const after = place + 1 < groups.length ? (group.x + groups[place + 1].x) / 2 : this.#axis.width;
      group.from = Math.max(before, group.x - full / 2, 0);
      group.to = Math.min(after, group.x + full / 2, this.#axis.width);
      if (group.to - group.from < full && place === 0) group.to = Math.min(after, group.from + full);
      if (group.to - group.from < full && place === groups.length - 1) group.from = Math.max(before, group.to - full);
    });
    return groups.filter(({ from, to }) => to > from);
  }

  #cell({ frames, from, to }, title) {
    const [{ index, time_s: time }] = frames;
    const cell = document.createElement("button");
    const more = frames.length > 1 ? ` and ${frames.length - 1} more` : "";
    cell.type = "button";
    cell.className = "cell";
    cell.dataset.frame = index;
    cell.dataset.time = time;
    cell.dataset.title = title;
    cell.setAttribute("aria-label", `Keyframe ${index} at ${time.toFixed(3)} s${more}`);
    cell.style.left = `${from}px`;
    const picture = document.createElement("span");
    if (this.#sprites) this.#sprites.paint(picture, this.#sprites.tileOf(index), THUMB, to - from - 1);
    cell.append(picture);
    if (frames.length > 1) cell.dataset.more = frames.length;
    return cell;
  }
}

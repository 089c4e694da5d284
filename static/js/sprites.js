// The sheets of small frames that the worker cut, and how to show one of them.
import { API, call } from "./rest.js";

export const ROUNDING = 1e-3; // the media clock rounds times, by less than any frame lasts

export class Sprites {
  #base; #meta;

  static async load(video) {
    return new Sprites(`${API}/videos/${video}`, await call("GET", `/videos/${video}/sprites.json`));
  }

  constructor(base, meta) {
    this.#base = base;
    this.#meta = meta;
    this.aspect = meta.tile_w / meta.tile_h;
    this.tiles = meta.index.length;
    for (const sheet of meta.sheets.slice(0, 10)) new Image().src = `${base}/${sheet}`;
  }

  // The number of the tile that shows decoded frame `frame`, or the nearest before it.
  tileOf(frame) {
    return lastAtMost(this.#meta.index, frame);
  }

  // The tile for a moment; by its share of the duration while the frames' times are not yet known.
  tileAt(time, times, duration) {
    if (times) return this.tileOf(lastAtMost(times, time + ROUNDING));
    return Math.min(this.tiles - 1, Math.floor((time / duration) * this.tiles));
  }

  // Paint tile `tile` on `element`, `height` px high, cut to its middle `width` px.
  paint(element, tile, height, width = height * this.aspect) {
    const { columns, rows, sheets } = this.#meta;
    const tileWidth = height * this.aspect;
    const place = tile % (columns * rows);
    const x = (place % columns) * tileWidth + (tileWidth - width) / 2;
    const y = Math.floor(place / columns) * height;
    Object.assign(element.style, {
      width: `${width}px`,
      height: `${height}px`,
      backgroundImage: `url(${this.#base}/${sheets[Math.floor(tile / (columns * rows))]})`,
      backgroundSize: `${columns * tileWidth}px auto`,
      backgroundPosition: `${-x}px ${-y}px`,
    });
  }
}

// The last place in the rising `values` whose value is at most `limit`; 0 when there is none.
export function lastAtMost(values, limit) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

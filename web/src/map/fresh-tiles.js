/** Renews the tiles of a vector layer that a change touched, and no others. */

import { isTouched } from './touched.js';

/**
 * @typedef {import('../types.js').BBox} BBox
 * @typedef {import('./touched.js').Zxy} Zxy
 * @typedef {ReturnType<typeof import('protomaps-leaflet').leafletLayer>} VectorLayer
 */

/** Milliseconds until tiles that could not be had are asked for again; each time twice as long. */
const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 60_000;

/** As protomaps-leaflet names its tiles. @param {Zxy} tile */
const keyOf = ({ z, x, y }) => `${x}:${y}:${z}`;

/** @param {string} key @returns {Zxy} */
function tileOf(key) {
  const [x, y, z] = key.split(':').map(Number);
  return { z, x, y };
}

/**
 * What is on the screen stays there until its successor has come; what is kept beside it is let go.
 *
 * @example
 * new FreshTiles(layer, source).renew([[98.3, 7.8, 98.4, 7.9]]);
 */
export class FreshTiles {
  /**
   * @param {VectorLayer} layer
   * @param {import('./tile-source.js').CheckedSource} source
   */
  constructor(layer, source) {
    this.layer = layer;
    this.source = source;
    this.view = layer.views.get('');
    this.tiles = this.view.tileCache;
    /** @type {Set<string>} */
    this.stale = new Set();
    this.isBusy = false;
    this.wait = FIRST_WAIT;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {BBox[] | null} boxes where something changed; null: everywhere */
  renew(boxes) {
    for (const key of [...this.tiles.cache.keys(), ...this.tiles.inflight.keys()])
      if (boxes === null || isTouched(tileOf(key), boxes)) this.stale.add(key);
    this.#work();
  }

  async #work() {
    if (this.isBusy) return;
    this.isBusy = true;
    clearTimeout(this.timer);
    /** @type {string[]} */
    let failed = [];
    while (this.stale.size > 0) {
      const keys = new Set([...this.stale, ...failed]);
      this.stale.clear();
      failed = await this.#replace([...keys]);
    }
    this.isBusy = false;
    this.#tryLater(failed);
  }

  /** @param {string[]} failed */
  #tryLater(failed) {
    this.stale = new Set(failed);
    if (failed.length > 0) this.timer = setTimeout(() => this.#work(), this.wait);
    this.wait = failed.length > 0 ? Math.min(2 * this.wait, LONGEST_WAIT) : FIRST_WAIT;
  }

  /**
   * @param {string[]} keys
   * @returns {Promise<string[]>} those that could not be had
   */
  async #replace(keys) {
    const outcomes = await Promise.all(keys.map((key) => this.#replaceOne(key)));
    if (outcomes.includes('other')) {
      this.layer.clearLayout();
      this.layer.rerenderTiles();
    }
    return keys.filter((_key, i) => outcomes[i] === 'failed');
  }

  /**
   * @param {string} key
   * @returns {Promise<'same' | 'other' | 'failed'>}
   */
  async #replaceOne(key) {
    const { cache, inflight, tileSize } = this.tiles;
    // What is under way may have been made before the change: it has to land before it is replaced.
    if (inflight.has(key)) await this.tiles.get(tileOf(key)).catch(() => null);
    const had = cache.get(key);
    if (!had || !this.#isShown(key)) {
      cache.delete(key);
      return 'same';
    }
    try {
      const data = await this.source.renew(tileOf(key), tileSize, had.data);
      if (data === had.data) return 'same';
      cache.set(key, { used: performance.now(), data });
      return 'other';
    } catch {
      return 'failed';
    }
  }

  /** @param {string} key */
  #isShown(key) {
    const layer = /** @type {any} */ (this.layer);
    return Object.values(layer._tiles).some(
      ({ coords }) =>
        coords.z === layer._tileZoom &&
        keyOf(this.view.dataTileForDisplayTile(layer._wrapCoords(coords)).dataTile) === key,
    );
  }
}

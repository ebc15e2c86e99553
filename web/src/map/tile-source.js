/** Vector tiles over HTTP for protomaps-leaflet, whose own source takes any answer for a tile. */

import { VectorTile } from '@mapbox/vector-tile';
import Pbf from 'pbf';
import { ApiError, address, problemOf } from '../api.js';

/**
 * @typedef {import('protomaps-leaflet').Zxy} Zxy
 * @typedef {import('protomaps-leaflet').Feature} Feature
 * @typedef {import('@mapbox/vector-tile').VectorTileFeature} RawFeature
 */

/**
 * @param {RawFeature} raw
 * @param {number} scale from units of the tile to pixels
 * @returns {Feature}
 */
function toFeature(raw, scale) {
  const geom = raw.loadGeometry();
  const bbox = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  let numVertices = 0;
  for (const part of geom) {
    numVertices += part.length;
    for (const point of part) {
      point._mult(scale);
      bbox.minX = Math.min(bbox.minX, point.x);
      bbox.maxX = Math.max(bbox.maxX, point.x);
      bbox.minY = Math.min(bbox.minY, point.y);
      bbox.maxY = Math.max(bbox.maxY, point.y);
    }
  }
  return {
    props: raw.properties,
    bbox,
    geomType: /** @type {any} */ (raw.type),
    geom,
    numVertices,
  };
}

/**
 * The features of a tile, by source layer, in pixels.
 * @param {ArrayBuffer} bytes
 * @param {number} tileSize pixels
 * @returns {Map<string, Feature[]>}
 */
export function parseTile(bytes, tileSize) {
  const tile = new VectorTile(new Pbf(bytes));
  return new Map(
    Object.entries(tile.layers).map(([name, layer]) => [
      name,
      Array.from({ length: layer.length }, (_none, i) =>
        toFeature(layer.feature(i), tileSize / layer.extent),
      ),
    ]),
  );
}

/**
 * Tiles of one tileset; says when a tile fails, and gives up what another zoom no longer needs.
 *
 * @example
 * const source = new CheckedSource('base', (error) => show(error));
 */
export class CheckedSource {
  /**
   * @param {string} tileset
   * @param {(error: ApiError) => void} report
   */
  constructor(tileset, report) {
    this.root = address(`tiles/${tileset}`);
    this.report = report;
    this.zoom = -1;
    this.controller = new AbortController();
    /** What tells one state of a tile from another. @type {WeakMap<object, string | null>} */
    this.etags = new WeakMap();
  }

  /** @param {number} zoom */
  #signalFor(zoom) {
    if (zoom !== this.zoom) {
      this.controller.abort();
      this.controller = new AbortController();
      this.zoom = zoom;
    }
    return this.controller.signal;
  }

  /**
   * @param {Zxy} tile
   * @param {number} tileSize
   * @returns {Promise<Map<string, Feature[]>>}
   */
  async get(tile, tileSize) {
    const signal = this.#signalFor(tile.z);
    try {
      return await this.#parsed(await this.#ask(tile, signal), tileSize);
    } catch (error) {
      if (!signal.aborted) this.report(this.#problem(error));
      throw error;
    }
  }

  /**
   * Ask for a tile again, without a word to the user where that fails: there is one to be seen.
   * @param {Zxy} tile
   * @param {number} tileSize
   * @param {Map<string, Feature[]>} had what was got before
   * @returns {Promise<Map<string, Feature[]>>} `had` itself, where the tile is as it was
   */
  async renew(tile, tileSize, had) {
    const response = await this.#ask(tile, this.#signalFor(tile.z));
    const etag = response.headers.get('etag');
    if (etag === null || etag !== this.etags.get(had)) return this.#parsed(response, tileSize);
    await response.body?.cancel();
    return had;
  }

  /**
   * @param {Zxy} tile
   * @param {AbortSignal} signal
   */
  async #ask({ z, x, y }, signal) {
    const response = await fetch(`${this.root}/${z}/${x}/${y}.mvt`, { signal });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /**
   * @param {Response} response
   * @param {number} tileSize
   */
  async #parsed(response, tileSize) {
    const features = parseTile(await response.arrayBuffer(), tileSize);
    this.etags.set(features, response.headers.get('etag'));
    return features;
  }

  /** @param {unknown} error */
  #problem(error) {
    if (error instanceof ApiError) return error;
    return new ApiError('network', 0, {
      th: 'ติดต่อเครื่องแม่ข่ายไม่ได้ แผนที่บางส่วนจึงว่าง',
      en: 'The server does not answer, so parts of the map are empty.',
    });
  }
}

/** What lies over the land: rasters, and the tilesets of the layers that are switched on. */

import { tilesetOf } from '../layers/catalogue.js';
import { rasterLayer } from './raster-layer.js';
import { redraw, styledRules, vectorLayer } from './tile-layers.js';

/**
 * @typedef {import('../types.js').BBox} BBox
 * @typedef {import('../types.js').Collection} Collection
 * @typedef {import('../types.js').Lang} Lang
 */

/** The layers of the catalogue drawn over the base map, one Leaflet layer a tileset or raster. */
export class Overlays {
  /**
   * @param {import('leaflet').Map} map
   * @param {(error: import('../api.js').ApiError) => void} report
   */
  constructor(map, report) {
    this.map = map;
    this.report = report;
    /** @type {Map<string, any>} */
    this.shown = new Map();
    this.signature = '';
  }

  /**
   * Show these collections and no others.
   * @param {Collection[]} collections visible ones that are not in the base tileset
   * @param {Lang} lang
   */
  show(collections, lang) {
    const signature = [lang, ...collections.map(({ id, revision }) => `${id} ${revision}`)].join();
    if (signature === this.signature) return;
    this.signature = signature;
    const groups = groupByTileset(collections);
    for (const [key, layer] of this.shown) if (!groups.has(key)) this.#remove(key, layer);
    for (const [key, members] of groups) this.#put(key, members, lang);
  }

  /**
   * @param {string} key
   * @param {any} layer
   */
  #remove(key, layer) {
    layer.remove();
    this.shown.delete(key);
  }

  /**
   * @param {string} key
   * @param {Collection[]} members
   * @param {Lang} lang
   */
  #put(key, members, lang) {
    const present = this.shown.get(key);
    const isRaster = members[0].kind === 'raster';
    if (present && !isRaster) redraw(present, styledRules(members, lang));
    if (present) return;
    const layer = isRaster
      ? rasterLayer(members[0])
      : vectorLayer(key, styledRules(members, lang), this.report, 'features');
    this.shown.set(key, layer.addTo(this.map));
  }

  /** @param {Map<string, BBox[] | null> | null} changed see `TwinMap.renew` */
  renew(changed) {
    for (const [key, layer] of this.shown)
      if (!changed || changed.has(key)) layer.renew(changed?.get(key) ?? null);
  }

  /** Ask again for tiles that failed. */
  retry() {
    for (const layer of this.shown.values()) (layer.rerenderTiles ?? layer.redraw).call(layer);
  }
}

/**
 * @param {Collection[]} collections
 * @returns {Map<string, Collection[]>}
 */
function groupByTileset(collections) {
  const groups = new Map();
  for (const one of collections)
    groups.set(tilesetOf(one), [...(groups.get(tilesetOf(one)) ?? []), one]);
  return groups;
}

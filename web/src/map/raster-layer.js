/** Raster tiles, which can be renewed where they are. */

import { address } from '../api.js';
import { L } from './leaflet.js';

const RASTER_OPACITY = 0.72;

/**
 * The bytes themselves as an address; the page's policy allows no `blob:`.
 * @param {Blob} content
 * @returns {Promise<string>}
 */
const inlined = (content) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(content);
  });

/** Who may write a tile: only the newest who asked. @type {WeakMap<HTMLImageElement, symbol>} */
const turns = new WeakMap();

/**
 * Show what the server has now. A browser shows an image of an address that the page has shown
 * before without asking, whatever the headers say; `fetch` asks.
 * @param {HTMLImageElement} tile
 * @param {string} url
 */
async function showNew(tile, url) {
  const turn = Symbol(url);
  turns.set(tile, turn);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const isEmpty = response.status === 204;
  const content = isEmpty ? L.Util.emptyImageUrl : await inlined(await response.blob());
  if (turns.get(tile) !== turn) return;
  tile.src = content;
  await tile.decode();
}

const TileLayer = /** @type {any} */ (L.TileLayer);

const RasterLayer = TileLayer.extend({
  isRenewed: false,

  /**
   * What Leaflet calls for a tile that comes into sight.
   * @param {import('leaflet').Coords} coords
   * @param {import('leaflet').DoneCallback} done
   */
  createTile(coords, done) {
    if (!this.isRenewed) return TileLayer.prototype.createTile.call(this, coords, done);
    const tile = L.DomUtil.create('img');
    tile.alt = '';
    showNew(tile, this.getTileUrl(coords)).then(
      () => done(undefined, tile),
      (error) => done(error, tile),
    );
    return tile;
  },

  /** Show what the server has now; each tile stays until its successor has come. */
  renew() {
    this.isRenewed = true;
    for (const { el, coords } of Object.values(this._tiles)) {
      if (coords.z !== this._tileZoom) continue;
      // Leaflet would let a tile that stands fade in once more.
      if (L.DomUtil.hasClass(el, 'leaflet-tile-loaded')) L.DomEvent.off(el);
      showNew(el, this.getTileUrl(this._wrapCoords(coords))).catch(() => null);
    }
  },
});

/** @param {import('../types.js').Collection} collection */
export const rasterLayer = ({ id, minZoom, maxZoom }) =>
  new RasterLayer(`${address(`raster/${id}`)}/{z}/{x}/{y}.png`, {
    minNativeZoom: minZoom,
    maxNativeZoom: maxZoom,
    opacity: RASTER_OPACITY,
    pane: 'raster',
    className: 'raster-tile',
  });

/** Raster tiles, which can be renewed where they are. */

import { address } from '../api.js';
import { L } from './leaflet.js';

const RASTER_OPACITY = 0.72;

/**
 * Show what the server has now. A browser shows an image of an address that the page has shown
 * before without asking, whatever the headers say; `fetch` asks.
 * @param {HTMLImageElement} tile
 * @param {string} url
 */
async function showNew(tile, url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const content = response.status === 204 ? null : URL.createObjectURL(await response.blob());
  tile.src = content ?? L.Util.emptyImageUrl;
  await tile.decode().finally(() => content && URL.revokeObjectURL(content));
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

/** Vector tilesets on the map: the base, and whatever else of the catalogue is switched on. */

import { leafletLayer } from 'protomaps-leaflet';
import { labelRules } from './base-labels.js';
import { paintRules } from './base-rules.js';
import { FreshTiles } from './fresh-tiles.js';
import { FONT } from './palette.js';
import { labelRulesOf, paintRulesOf } from './style-rules.js';
import { CheckedSource } from './tile-source.js';

/**
 * @typedef {import('../types.js').Collection} Collection
 * @typedef {import('../types.js').Lang} Lang
 * @typedef {ReturnType<typeof leafletLayer>} DrawnLayer
 * @typedef {DrawnLayer & { renew: FreshTiles['renew'] }} VectorLayer
 * @typedef {{ paint: import('protomaps-leaflet').PaintRule[],
 *   label: import('protomaps-leaflet').LabelRule[] }} Rules
 */

const MAX_DATA_ZOOM = 16;

/** Labels wait for their font, so that they are measured and drawn with it. */
const fontsReady = () =>
  [`600 12px ${FONT}`, `400 12px ${FONT}`].map((font) => document.fonts.load(font, 'กA'));

/**
 * @param {string} tileset
 * @param {Rules} rules
 * @param {(error: import('../api.js').ApiError) => void} report
 * @param {string} [pane]
 * @returns {VectorLayer}
 */
export function vectorLayer(tileset, rules, report, pane = 'tilePane') {
  const layer = leafletLayer({
    url: `${tileset}/{z}/{x}/{y}.mvt`,
    maxDataZoom: MAX_DATA_ZOOM,
    pane,
    attribution: '',
    paintRules: rules.paint,
    labelRules: rules.label,
    tasks: /** @type {any} */ (fontsReady()),
  });
  const source = new CheckedSource(tileset, report);
  layer.views.get('').tileCache.source = source;
  const fresh = new FreshTiles(layer, source);
  return Object.assign(layer, { renew: fresh.renew.bind(fresh) });
}

/**
 * Draw a layer anew by other rules, with the tiles it has.
 * @param {VectorLayer} layer
 * @param {Rules} rules
 */
export function redraw(layer, rules) {
  layer.paintRules = rules.paint;
  layer.labelRules = rules.label;
  layer.clearLayout();
  layer.rerenderTiles();
}

/**
 * @param {(id: string) => boolean} isVisible
 * @param {Lang} lang
 * @param {() => void} onFerry called for each ferry drawn
 * @returns {Rules}
 */
export const baseRules = (isVisible, lang, onFerry) => ({
  paint: paintRules(isVisible, onFerry),
  label: labelRules(isVisible, lang),
});

/**
 * @param {Collection[]} collections
 * @param {Lang} lang
 * @returns {Rules}
 */
export const styledRules = (collections, lang) => ({
  paint: paintRulesOf(collections),
  label: labelRulesOf(collections, lang),
});

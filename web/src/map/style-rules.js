/** Drawing rules for any layer of the catalogue, from the style of its manifest. */

import { LineSymbolizer } from 'protomaps-leaflet';
import { iconPaths } from './feature-icons.js';
import { BASE } from './palette.js';
import { DiscSymbolizer, StackedLabel } from './symbolizers.js';

/**
 * @typedef {import('../types.js').Collection} Collection
 * @typedef {import('protomaps-leaflet').PaintRule} PaintRule
 * @typedef {import('protomaps-leaflet').LabelRule} LabelRule
 * @typedef {import('protomaps-leaflet').Feature} Feature
 * @typedef {string | ((zoom: number, feature?: Feature) => string)} LineColor
 */

const ICON_ZOOM = 13;
const NAME_ZOOM = 15;

/** @param {Collection} collection */
function pointRule({ id, style }) {
  const { icon = 'marker', icon_by: by } = style;
  /** @param {Feature} feature */
  const iconOf = ({ props }) =>
    icon === 'circle' && !by ? undefined : iconPaths(by?.icons[String(props[by.column])] ?? icon);
  const iconZoom = style.radius < 4 ? NAME_ZOOM + 1 : ICON_ZOOM;
  return [{ dataLayer: id, symbolizer: new DiscSymbolizer(iconOf, iconZoom) }];
}

/** @param {Collection} collection */
function lineRules({ id, style }) {
  const { color: plain = BASE.boundary, color_column: by, width = 1, dash } = style;
  /** @type {LineColor} */
  const color = by ? (_zoom, feature) => String(feature?.props[by] ?? plain) : plain;
  const casing = { dataLayer: id, symbolizer: lineOf(BASE.paper, width + 2.5) };
  const line = { dataLayer: id, symbolizer: lineOf(color, width, dash) };
  return dash ? [line] : [casing, line];
}

/**
 * @param {LineColor} color
 * @param {number} width
 * @param {number[]} [dash]
 */
const lineOf = (color, width, dash) =>
  new LineSymbolizer({ color, width, dash, lineJoin: 'round', lineCap: 'round' });

/**
 * @param {Collection} collection
 * @returns {PaintRule[]}
 */
const rulesOf = (collection) =>
  collection.geometryType?.includes('Point') ? pointRule(collection) : lineRules(collection);

/**
 * Rules for the collections of one tileset, in the catalogue's order; points on top.
 * @param {Collection[]} collections
 * @returns {PaintRule[]}
 */
export function paintRulesOf(collections) {
  const isPoint = (/** @type {Collection} */ one) => one.geometryType?.includes('Point') ?? false;
  const [below, above] = [collections.filter((one) => !isPoint(one)), collections.filter(isPoint)];
  return [...below, ...above].flatMap(rulesOf);
}

/**
 * Names of point features, once there is room.
 * @param {Collection[]} collections
 * @param {import('../types.js').Lang} lang
 * @returns {LabelRule[]}
 */
export function labelRulesOf(collections, lang) {
  return collections.flatMap(({ id, label, geometryType }) => {
    if (!label || !geometryType?.includes('Point')) return [];
    /** @param {Feature} feature */
    const text = ({ props }) =>
      /** @type {string | null} */ (props[label[lang]] ?? props[label.th] ?? null);
    const line = { text, size: () => 11, weight: 400, fill: BASE.label };
    return [{ dataLayer: id, minzoom: NAME_ZOOM, symbolizer: new StackedLabel([line], 11) }];
  });
}

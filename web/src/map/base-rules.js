/** What the base map looks like: quiet land and sea, white roads, dashed boundaries. */

import { LineLabelSymbolizer, LineSymbolizer, linear, PolygonSymbolizer } from 'protomaps-leaflet';
import { BASE, FONT } from './palette.js';
import { StackedLabel } from './symbolizers.js';

/**
 * @typedef {import('protomaps-leaflet').PaintRule} PaintRule
 * @typedef {import('protomaps-leaflet').LabelRule} LabelRule
 * @typedef {import('protomaps-leaflet').Feature} Feature
 */

const MAJOR = ['motorway', 'trunk', 'primary'];
const MIDDLE = ['secondary', 'tertiary'];

/** Widths in pixels by zoom. */
const WIDTHS = {
  major: linear([
    [9, 1],
    [11, 2.2],
    [13, 4],
    [16, 10],
    [18, 18],
  ]),
  middle: linear([
    [10, 0.8],
    [12, 1.8],
    [14, 4],
    [16, 8],
    [18, 15],
  ]),
  minor: linear([
    [12, 0.5],
    [14, 1.5],
    [16, 4.5],
    [18, 10],
  ]),
};

/** @param {Feature} feature */
function roadClass({ props }) {
  const highway = String(props.highway).replace('_link', '');
  if (MAJOR.includes(highway)) return 'major';
  return MIDDLE.includes(highway) ? 'middle' : 'minor';
}

/**
 * @param {keyof typeof WIDTHS} kind
 * @param {boolean} isEdge
 * @returns {PaintRule}
 */
function roadRule(kind, isEdge) {
  const width = WIDTHS[kind];
  return {
    dataLayer: 'road',
    minzoom: kind === 'minor' ? 12 : 9,
    filter: (_zoom, feature) => roadClass(feature) === kind,
    symbolizer: new LineSymbolizer({
      color: isEdge ? BASE.roadEdge : BASE.road,
      width: isEdge ? (zoom) => width(zoom) + (zoom < 13 ? 1.6 : 2) : width,
      lineCap: 'round',
      lineJoin: 'round',
    }),
  };
}

/** @returns {PaintRule[]} */
function roadRules() {
  const kinds = /** @type {const} */ (['minor', 'middle', 'major']);
  return [
    ...kinds.map((kind) => roadRule(kind, true)),
    ...kinds.map((kind) => roadRule(kind, false)),
  ];
}

/**
 * Lines drawn only where land is already drawn: the sources know streams beyond the province, and
 * boundaries that follow the coast.
 */
class LandLineSymbolizer extends LineSymbolizer {
  /** @type {LineSymbolizer['draw']} */
  draw(canvas, geom, zoom, feature) {
    canvas.save();
    canvas.globalCompositeOperation = 'source-atop';
    super.draw(canvas, geom, zoom, feature);
    canvas.restore();
  }
}

/**
 * @param {string} dataLayer
 * @param {number} width
 * @param {number[]} dash
 * @param {number} opacity
 * @returns {PaintRule}
 */
const boundaryRule = (dataLayer, width, dash, opacity) => ({
  dataLayer,
  symbolizer: new LandLineSymbolizer({ color: BASE.boundary, width, dash, opacity }),
});

/**
 * Drawn over the boundaries, so that along the coast only the coast is seen.
 * @type {PaintRule}
 */
const LAND_EDGE = {
  dataLayer: 'land',
  symbolizer: new LineSymbolizer({ color: BASE.landEdge, width: 2, lineJoin: 'round' }),
};

/** @type {Record<string, PaintRule[]>} */
const PAINT = {
  land: [{ dataLayer: 'land', symbolizer: new PolygonSymbolizer({ fill: BASE.land }) }],
  waterway: [
    {
      dataLayer: 'waterway',
      symbolizer: new LandLineSymbolizer({
        color: BASE.water,
        width: linear([
          [9, 0.4],
          [12, 0.9],
          [15, 2],
          [18, 4],
        ]),
        lineJoin: 'round',
      }),
    },
  ],
  tambon: [boundaryRule('tambon', 1, [4, 4], 0.55)],
  amphoe: [boundaryRule('amphoe', 1.6, [7, 4], 0.9)],
  coast: [LAND_EDGE],
  road: roadRules(),
};

/**
 * The rules that draw the visible base layers, from the ground up.
 * @param {(layer: string) => boolean} isVisible
 * @returns {PaintRule[]}
 */
export function paintRules(isVisible) {
  const order = ['land', 'waterway', 'tambon', 'amphoe', 'coast', 'road'];
  return order
    .filter((layer) => isVisible(layer === 'coast' ? 'land' : layer))
    .flatMap((layer) => PAINT[layer]);
}

/** @param {string} name @returns {(feature: Feature) => string | null} */
const prop = (name) => (feature) => /** @type {string | null} */ (feature.props[name] ?? null);

const TAMBON_LABEL = new StackedLabel([
  {
    text: prop('name_th'),
    size: linear([
      [9, 10],
      [11, 12],
      [14, 15],
    ]),
    weight: 600,
    fill: BASE.label,
  },
  {
    text: prop('name_en'),
    size: linear([
      [9, 9],
      [11, 10],
      [14, 12],
    ]),
    weight: 400,
    fill: BASE.labelSoft,
  },
]);

/**
 * @param {string} dataLayer
 * @param {string[]} names properties, the first that has a value is shown
 * @param {number} minzoom
 * @param {string} fill
 * @returns {LabelRule}
 */
const lineLabel = (dataLayer, names, minzoom, fill) => ({
  dataLayer,
  minzoom,
  symbolizer: new LineLabelSymbolizer({
    labelProps: names,
    fontFamily: FONT,
    fontSize: 11,
    fill,
    stroke: BASE.halo,
    width: 3,
    position: 2,
    repeatDistance: 420,
  }),
});

/**
 * The rules that name the visible base layers, the most important first.
 * @param {(layer: string) => boolean} isVisible
 * @param {import('../types.js').Lang} lang
 * @returns {LabelRule[]}
 */
export function labelRules(isVisible, lang) {
  const names = lang === 'th' ? ['name_th', 'name', 'name_en'] : ['name_en', 'name', 'name_th'];
  /** @type {Record<string, LabelRule>} */
  const rules = {
    tambon: { dataLayer: 'tambon_label', minzoom: 10, symbolizer: TAMBON_LABEL },
    road: lineLabel('road', names, 13, BASE.label),
    waterway: lineLabel('waterway', names, 14, BASE.waterLabel),
  };
  return Object.keys(rules)
    .filter(isVisible)
    .map((layer) => rules[layer]);
}

/** What the base map looks like: quiet land and sea, white roads, dashed boundaries. */

import { LineSymbolizer, linear, PolygonSymbolizer } from 'protomaps-leaflet';
import { BASE, FERRY } from './palette.js';

/**
 * @typedef {import('protomaps-leaflet').PaintRule} PaintRule
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
  if (highway === 'ferry') return 'ferry';
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

/** Tells when a ferry is drawn, so that the legend can explain it. */
class FerrySymbolizer extends LineSymbolizer {
  /** @param {() => void} onDraw */
  constructor(onDraw) {
    super({ ...FERRY, lineJoin: 'round' });
    this.onDraw = onDraw;
  }

  /** @type {LineSymbolizer['draw']} */
  draw(canvas, geom, zoom, feature) {
    super.draw(canvas, geom, zoom, feature);
    this.onDraw();
  }
}

/**
 * @param {() => void} onFerry
 * @returns {PaintRule[]}
 */
function roadRules(onFerry) {
  const kinds = /** @type {const} */ (['minor', 'middle', 'major']);
  return [
    {
      dataLayer: 'road',
      filter: (_zoom, feature) => roadClass(feature) === 'ferry',
      symbolizer: new FerrySymbolizer(onFerry),
    },
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
const GROUND = {
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
};

/**
 * The rules that draw the visible base layers, from the ground up.
 * @param {(layer: string) => boolean} isVisible
 * @param {() => void} onFerry called for each ferry drawn
 * @returns {PaintRule[]}
 */
export function paintRules(isVisible, onFerry) {
  const ground = ['land', 'waterway', 'tambon', 'amphoe', 'coast']
    .filter((layer) => isVisible(layer === 'coast' ? 'land' : layer))
    .flatMap((layer) => GROUND[layer]);
  return isVisible('road') ? [...ground, ...roadRules(onFerry)] : ground;
}

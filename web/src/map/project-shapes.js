/** Routes, areas and coastal waters of projects, drawn in the colour of their domain. */

import { DOMAINS } from '../domains.js';
import { partsOf } from '../geometry.js';
import { L } from './leaflet.js';
import { INK } from './palette.js';

/**
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 * @typedef {import('geojson').Position} Position
 */

/** @param {Position} position @returns {[number, number]} */
const toLatLng = ([lon, lat]) => [lat, lon];

/**
 * How strongly a project's shapes are drawn: plain, the chosen one, or faint beside a chosen one.
 * @typedef {'plain' | 'chosen' | 'faint'} Emphasis
 */

const FILL = { plain: 0.06, chosen: 0.26, faint: 0.02 };
/** Coastal waters surround everything, so they are filled only when asked for. */
const WATER_FILL = { plain: 0, chosen: 0.16, faint: 0 };
const EDGE = { plain: 0.45, chosen: 1, faint: 0.15 };
const LINE = { plain: 0.9, chosen: 1, faint: 0.25 };

/**
 * @param {Position[][]} lines
 * @param {string} color
 * @param {Emphasis} emphasis
 */
function drawLines(lines, color, emphasis) {
  const path = lines.map((line) => line.map(toLatLng));
  const opacity = LINE[emphasis];
  const weight = emphasis === 'chosen' ? 5 : 3;
  const casing = { color: INK, weight: weight + 2, opacity: opacity * 0.75, interactive: false };
  return [
    L.polyline(path, casing),
    L.polyline(path, { color, weight, opacity, interactive: false }),
  ];
}

/**
 * @param {Position[][][]} areas
 * @param {string} color
 * @param {Emphasis} emphasis
 * @param {boolean} isWater
 */
function drawAreas(areas, color, emphasis, isWater) {
  // Without a fill only the outer edge says something; the inner one would darken every coast.
  const isHollow = isWater && emphasis !== 'chosen';
  const path = areas.map((area) =>
    (isHollow ? area.slice(0, 1) : area).map((ring) => ring.map(toLatLng)),
  );
  return L.polygon(path, {
    color,
    weight: emphasis === 'chosen' ? 2.5 : 1.2,
    opacity: EDGE[emphasis] * (isHollow ? 0.7 : 1),
    fillColor: color,
    dashArray: isWater ? '6 5' : undefined,
    fillOpacity: (isWater ? WATER_FILL : FILL)[emphasis],
    interactive: false,
  });
}

/**
 * @param {Position} position
 * @param {string} color
 * @param {Emphasis} emphasis
 */
const drawPoint = (position, color, emphasis) =>
  L.circleMarker(toLatLng(position), {
    radius: emphasis === 'chosen' ? 5 : 3.5,
    color: INK,
    weight: 1,
    opacity: EDGE[emphasis],
    fillColor: color,
    fillOpacity: LINE[emphasis],
    interactive: false,
  });

/**
 * The shapes of one site; a single point has a symbol instead.
 * @param {import('../types.js').Geometry} geometry
 * @param {import('../types.js').Site} site
 * @param {string} colour
 * @param {Emphasis} emphasis
 * @returns {import('leaflet').Layer[]}
 */
function shapesOfSite(geometry, site, colour, emphasis) {
  const { points, lines, areas } = partsOf(geometry);
  const isWater = site.rule === 'coast_buffer';
  return [
    ...(areas.length ? [drawAreas(areas, colour, emphasis, isWater)] : []),
    ...(lines.length ? drawLines(lines, colour, emphasis) : []),
    ...(points.length > 1 ? points.map((point) => drawPoint(point, colour, emphasis)) : []),
  ];
}

/**
 * The shapes of one project, site by site.
 * @param {ProjectFeature} feature
 * @param {Emphasis} emphasis
 */
export function shapesOf({ geometry, properties }, emphasis) {
  const { colour } = DOMAINS[properties.domain];
  const placed = properties.sites.filter(({ marker }) => marker !== null);
  const geometries = geometry?.type === 'GeometryCollection' ? geometry.geometries : [];
  return geometries.flatMap((one, i) => shapesOfSite(one, placed[i], colour, emphasis));
}

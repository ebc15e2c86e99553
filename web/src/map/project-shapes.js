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

const FILL = { plain: 0.05, chosen: 0.26, faint: 0.02 };
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
 */
function drawAreas(areas, color, emphasis) {
  const path = areas.map((area) => area.map((ring) => ring.map(toLatLng)));
  return L.polygon(path, {
    color,
    weight: emphasis === 'chosen' ? 2.5 : 1.2,
    opacity: EDGE[emphasis],
    fillColor: color,
    fillOpacity: FILL[emphasis],
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
 * The shapes of one project: all but single points, which have a symbol.
 * @param {ProjectFeature} feature
 * @param {Emphasis} emphasis
 * @returns {import('leaflet').Layer[]}
 */
export function shapesOf(feature, emphasis) {
  const { colour } = DOMAINS[feature.properties.domain];
  const { points, lines, areas } = partsOf(feature.geometry);
  const layers = /** @type {import('leaflet').Layer[]} */ ([]);
  if (areas.length) layers.push(drawAreas(areas, colour, emphasis));
  if (lines.length) layers.push(...drawLines(lines, colour, emphasis));
  const markers = feature.properties.sites.map(({ marker }) => String(marker));
  const dots = points.filter((point) => !markers.includes(String(point)));
  return [...layers, ...dots.map((point) => drawPoint(point, colour, emphasis))];
}

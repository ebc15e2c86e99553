/** What is being looked at: the point asked about, and the outline of a feature found there. */

import { render, svg } from 'lit-html';
import { L } from './leaflet.js';
import { ACCENT } from './palette.js';

const CROSS = svg`<svg viewBox="0 0 32 32" aria-hidden="true">
  <circle cx="16" cy="16" r="7" fill="none" stroke="#fff" stroke-width="5" />
  <path d="M16 1v9M16 22v9M1 16h9M22 16h9" stroke="#fff" stroke-width="5" />
  <circle cx="16" cy="16" r="7" fill="none" stroke="#1f6f8b" stroke-width="2.4" />
  <path d="M16 1v9M16 22v9M1 16h9M22 16h9" stroke="#1f6f8b" stroke-width="2.4" /></svg>`;

const STYLE = { color: ACCENT, weight: 4, opacity: 0.9, fillColor: ACCENT, fillOpacity: 0.12 };

/** The mark of the point asked about and of one geometry. */
export class Highlight {
  /** @param {import('leaflet').Map} map */
  constructor(map) {
    this.map = map;
    this.outline = L.layerGroup().addTo(map);
    this.mark = L.layerGroup().addTo(map);
  }

  /** @param {import('../types.js').LonLat | null} point */
  point(point) {
    this.mark.clearLayers();
    if (!point) return;
    const html = document.createElement('span');
    render(CROSS, html);
    const icon = L.divIcon({ html, className: 'cross', iconSize: [32, 32] });
    const options = { icon, interactive: false, keyboard: false };
    L.marker([point[1], point[0]], options).addTo(this.mark);
  }

  /** @param {import('../types.js').Geometry | null} geometry */
  geometry(geometry) {
    this.outline.clearLayers();
    if (!geometry) return;
    /** @type {any} */
    const options = {
      interactive: false,
      style: STYLE,
      pointToLayer: (/** @type {any} */ _feature, /** @type {any} */ at) =>
        L.circleMarker(at, { ...STYLE, radius: 12, weight: 3 }),
    };
    L.geoJSON(geometry, options).addTo(this.outline);
  }
}

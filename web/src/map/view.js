/** The Leaflet map itself: limits, controls and keyboard. */

import { render } from 'lit-html';
import { formatDistance } from '../format.js';
import { translate } from '../i18n/index.js';
import { sign } from '../icons.js';
import { L } from './leaflet.js';

/** @typedef {import('../types.js').BBox} BBox */

/** The province; the first view must not wait for the catalogue to say it. @type {BBox} */
export const PROVINCE = [98.22, 7.72, 98.49, 8.21];
/** How far the map may be moved: the waters around the province. @type {BBox} */
const LIMITS = [97.7, 7.1, 99.0, 8.8];

/** @param {BBox} bbox */
export const toBounds = ([west, south, east, north]) =>
  L.latLngBounds([south, west], [north, east]);

/** @param {import('../i18n/index.js').Key} key */
const bothLanguages = (key) => `${translate('th', key)} · ${translate('en', key)}`;

/**
 * @param {HTMLElement} element
 * @returns {import('leaflet').Map}
 */
export function createView(element) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(element, {
    zoomControl: false,
    attributionControl: false,
    minZoom: 9,
    maxZoom: 18,
    maxBounds: toBounds(LIMITS),
    maxBoundsViscosity: 0.8,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    inertia: !still,
    worldCopyJump: false,
  });
  map.createPane('raster').classList.add('raster-pane');
  map.createPane('features').classList.add('features-pane');
  addControls(map);
  return map;
}

/** @param {import('leaflet').Map} map */
function addControls(map) {
  const [zoomInTitle, zoomOutTitle] = [bothLanguages('map.zoomIn'), bothLanguages('map.zoomOut')];
  const texts = { zoomInTitle, zoomOutTitle, zoomInText: '', zoomOutText: '' };
  const zoom = L.control.zoom({ position: 'bottomright', ...texts }).addTo(map);
  const [plus, minus] = /** @type {HTMLElement} */ (zoom.getContainer()).children;
  render(sign('plus'), /** @type {HTMLElement} */ (plus));
  render(sign('minus'), /** @type {HTMLElement} */ (minus));
  homeControl().addTo(map);
}

/**
 * A scale bar that names its unit in the language of the page.
 *
 * @example
 * new ScaleBar({ imperial: false, lang: 'th' }).addTo(map);
 */
const ScaleBar = /** @type {any} */ (L.Control.Scale).extend({
  /** What Leaflet calls to write the bar. @param {number} most metres that fit */
  _updateMetric(most) {
    const metres = this._getRoundNum(most);
    this._updateScale(this._mScale, formatDistance(this.options.lang, metres), metres / most);
  },
});

/**
 * @param {import('leaflet').Map} map
 * @param {import('../types.js').Lang} lang
 * @returns {(lang: import('../types.js').Lang) => void} writes the bar in another language
 */
export function addScale(map, lang) {
  const bar = new ScaleBar({ position: 'bottomleft', imperial: false, maxWidth: 120, lang });
  bar.addTo(map);
  return (other) => {
    bar.options.lang = other;
    bar._update();
  };
}

/** A button that shows the whole province again. */
function homeControl() {
  const control = new L.Control({ position: 'bottomright' });
  control.onAdd = (map) => {
    const bar = L.DomUtil.create('div', 'leaflet-bar');
    const button = L.DomUtil.create('button', 'home-button', bar);
    button.type = 'button';
    button.title = bothLanguages('map.whole');
    button.setAttribute('aria-label', button.title);
    render(sign('whole'), button);
    L.DomEvent.disableClickPropagation(bar);
    button.addEventListener('click', () => map.fire('home'));
    return bar;
  };
  return control;
}

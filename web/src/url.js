/** The address bar: what the page shows, written by names, so that a link brings it back. */

import { DOMAINS } from './domains.js';
import { DEFAULT_VIEW } from './state.js';

/** @typedef {import('./state.js').View} View */

const LISTS = /** @type {const} */ (['domain', 'phase', 'status', 'confidence']);
const TEXTS = /** @type {const} */ (['agency', 'amphoe', 'tambon', 'q', 'sort']);
const FLAGS = /** @type {const} */ (['table', 'inview']);

/**
 * A number of the address within limits, otherwise NaN.
 * @param {string | null | undefined} text
 * @param {number} least
 * @param {number} most
 */
function numberOf(text, least, most) {
  const value = text?.trim() ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : Number.NaN;
}

/**
 * @param {URLSearchParams} params
 * @returns {View['view']}
 */
function cameraOf(params) {
  const lon = numberOf(params.get('lon'), 97, 100);
  const lat = numberOf(params.get('lat'), 6, 10);
  const zoom = numberOf(params.get('zoom'), 9, 18);
  return Number.isNaN(lon + lat + zoom) ? null : { lon, lat, zoom: Math.round(zoom) };
}

/** @param {string | null} text */
const listOf = (text) => (text ? text.split(',').filter(Boolean) : []);

/**
 * @param {string | null} text `lon,lat`
 * @returns {import('./types.js').LonLat | null}
 */
function pointOf(text) {
  const [lonText, latText] = (text ?? '').split(',');
  const [lon, lat] = [numberOf(lonText, -180, 180), numberOf(latText, -90, 90)];
  return Number.isNaN(lon + lat) ? null : [lon, lat];
}

/**
 * Read what an address asks for; what it does not name, or names wrongly, is the default.
 * @param {string} query the query part of an address
 * @returns {View}
 */
export function readView(query) {
  const params = new URLSearchParams(query);
  /** @type {any} */
  const view = { ...DEFAULT_VIEW };
  for (const key of LISTS) view[key] = listOf(params.get(key));
  for (const key of TEXTS) view[key] = params.get(key) ?? DEFAULT_VIEW[key];
  for (const key of FLAGS) view[key] = params.get(key) === 'yes';
  view.domain = view.domain.filter((/** @type {string} */ id) => id in DOMAINS);
  view.lang = params.get('lang') === 'en' ? 'en' : 'th';
  view.era = params.get('era') === 'ce' ? 'ce' : 'be';
  view.panel = params.get('panel') === 'layers' ? 'layers' : 'projects';
  view.view = cameraOf(params);
  view.project = params.get('project');
  view.at = pointOf(params.get('at'));
  view.layers = params.has('layers') ? listOf(params.get('layers')) : null;
  return view;
}

/**
 * Write a view as the query of an address; defaults are left out.
 * @param {View} view
 * @returns {string} empty, or `?…`
 */
export function writeView(view) {
  const params = new URLSearchParams();
  /** @param {keyof View} key @param {string | null} text */
  const put = (key, text) => {
    if (text !== null && text !== DEFAULT_VIEW[key]) params.set(key, text);
  };
  put('lang', view.lang);
  put('era', view.era);
  if (view.view) {
    params.set('lon', view.view.lon.toFixed(4));
    params.set('lat', view.view.lat.toFixed(4));
    params.set('zoom', String(view.view.zoom));
  }
  for (const key of LISTS) if (view[key].length) params.set(key, view[key].join(','));
  for (const key of TEXTS) put(key, view[key]);
  put('project', view.project);
  if (view.at) params.set('at', view.at.map((value) => value.toFixed(5)).join(','));
  if (view.layers) params.set('layers', view.layers.join(','));
  put('panel', view.panel);
  for (const key of FLAGS) if (view[key]) params.set(key, 'yes');
  const query = params.toString().replaceAll('%2C', ',');
  return query ? `?${query}` : '';
}

/**
 * Keep address and store in step, both ways; the back button goes back.
 * @param {import('./state.js').Store} store
 */
export function syncUrl(store) {
  store.subscribe((state, _before, remember) => {
    const query = writeView(state);
    if (remember === 'none' || query === location.search) return;
    const target = query || location.pathname;
    if (remember === 'push') history.pushState(null, '', target);
    else history.replaceState(null, '', target);
  });
  addEventListener('popstate', () => store.set(readView(location.search), 'none'));
}

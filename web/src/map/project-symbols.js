/** Symbols of project sites, and the bundles of those that overlap on the screen. */

import { render, svg } from 'lit-html';
import { DOMAINS } from '../domains.js';
import { translate } from '../i18n/index.js';
import { symbol } from '../icons.js';
import { L } from './leaflet.js';

/**
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 * @typedef {import('../types.js').Site} Site
 * @typedef {import('../types.js').Lang} Lang
 * @typedef {{ feature: ProjectFeature, site: Site }} Pin
 */

export const SYMBOL_SIZE = 32;
const BUNDLE_SIZE = 40;

/** @param {Pin} pin */
export const keyOf = ({ feature, site }) => `pin-${feature.id}-${site.position}`;

/**
 * @param {Pin} pin
 * @param {Lang} lang
 */
function titleOf({ feature, site }, lang) {
  const { code, names, domain } = feature.properties;
  const place =
    site.names[lang] && site.names[lang] !== names[lang] ? ` · ${site.names[lang]}` : '';
  return `${code} ${names[lang]}${place} (${translate(lang, /** @type {any} */ (`domain.${domain}`))})`;
}

/**
 * A keyboard-reachable marker with an element of ours inside.
 * @param {import('leaflet').LatLngExpression} where
 * @param {{ content: unknown, size: number, className: string, title: string, key: string,
 *   raise?: number }} look
 */
function markerOf(where, { content, size, className, title, key, raise = 0 }) {
  const html = document.createElement('span');
  render(content, html);
  const icon = L.divIcon({ html, className: `pin ${className}`, iconSize: [size, size] });
  const marker = L.marker(where, { icon, title, zIndexOffset: raise, riseOnHover: true });
  marker.on('add', () => {
    const element = marker.getElement();
    if (!element) return;
    element.dataset.key = key;
    element.setAttribute('aria-label', title);
  });
  return marker;
}

/**
 * @param {Pin} pin
 * @param {import('leaflet').LatLngExpression} where
 * @param {{ lang: Lang, chosen: string | null }} look
 */
export function pinMarker(pin, where, { lang, chosen }) {
  const isChosen = pin.feature.id === chosen;
  const isFaint = chosen !== null && !isChosen;
  const doubt = ['approximate', 'estimated'].includes(pin.site.precision) ? ' is-doubtful' : '';
  return markerOf(where, {
    content: symbol(DOMAINS[pin.feature.properties.domain]),
    size: isChosen ? SYMBOL_SIZE + 8 : SYMBOL_SIZE,
    className: `${isChosen ? 'is-chosen' : ''}${isFaint ? ' is-faint' : ''}${doubt}`,
    title: titleOf(pin, lang),
    key: keyOf(pin),
    raise: isChosen ? 1000 : 0,
  });
}

/**
 * Do something when a marker is pressed, by pointer or by keyboard.
 * @param {import('leaflet').Marker} marker
 * @param {() => void} act
 */
export function onPress(marker, act) {
  marker.on('click', act);
  marker.on('keydown', (/** @type {any} */ { originalEvent: event }) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    act();
  });
}

/** @param {number} share of the way around, 0…1 */
const onRing = (share) => {
  const angle = 2 * Math.PI * share - Math.PI / 2;
  return `${20 + 16 * Math.cos(angle)} ${20 + 16 * Math.sin(angle)}`;
};

/**
 * A paper disc with a number, ringed by the colours of the domains inside.
 * @param {Pin[]} pins
 * @param {number} count
 */
function bundle(pins, count) {
  const domains = pins.map(({ feature }) => feature.properties.domain).sort();
  const step = 1 / domains.length;
  const arcs = domains.map((domain, i) => {
    const end = domains.length === 1 ? 0.9999 : (i + 1) * step;
    const large = end - i * step > 0.5 ? 1 : 0;
    const d = `M${onRing(i * step)}A16 16 0 ${large} 1 ${onRing(end)}`;
    return svg`<path d=${d} fill="none" stroke=${DOMAINS[domain].colour} stroke-width="5" />`;
  });
  return svg`<svg class="bundle" viewBox="0 0 40 40" aria-hidden="true">
    <circle cx="20" cy="20" r="19" fill="#fff" stroke="#22222b" stroke-width="1.4" />
    ${arcs}<text x="20" y="25" text-anchor="middle">${count}</text></svg>`;
}

/**
 * @param {Pin[]} pins
 * @param {import('leaflet').LatLngExpression} where
 * @param {{ lang: Lang, chosen: string | null }} look
 */
export function bundleMarker(pins, where, { lang, chosen }) {
  const count = new Set(pins.map(({ feature }) => feature.id)).size;
  return markerOf(where, {
    content: bundle(pins, count),
    size: BUNDLE_SIZE,
    className: chosen === null ? 'is-bundle' : 'is-bundle is-faint',
    title: translate(lang, 'map.group', { n: count }),
    key: `bundle-${pins.map(keyOf).join('+')}`,
    raise: 500,
  });
}

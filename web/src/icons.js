/** Icons as path data: drawn as SVG in panels and as canvas paths on the map. */

import { svg } from 'lit-html';

/**
 * Path data of an icon file.
 * @param {string} source text of an SVG file
 * @returns {string[]}
 */
export function pathsOf(source) {
  const tree = new DOMParser().parseFromString(source, 'image/svg+xml');
  return [...tree.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '');
}

/** Our own small signs, in a box of 24 × 24, drawn as strokes. */
export const SIGNS = {
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 1 1 0-13zM15.5 15.5L20 20',
  table: 'M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14',
  layers: 'M12 4l9 5-9 5-9-5zM3 13.5l9 5 9-5',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  target: 'M12 4v4M12 16v4M4 12h4M16 12h4M12 9a3 3 0 1 1 0 6a3 3 0 1 1 0-6z',
  chevron: 'M6 15l6-6 6 6',
  up: 'M12 19V6M6 11l6-6 6 6',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.2v.1',
  filter: 'M4 6h16M7 12h10M10 18h4',
  plus: 'M12 6v12M6 12h12',
  minus: 'M6 12h12',
  whole: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
};

/**
 * One of our own signs; decorative, its button carries the label.
 * @param {keyof typeof SIGNS} name
 */
export const sign = (name) => svg`<svg class="sign" viewBox="0 0 24 24" aria-hidden="true">
  <path d=${SIGNS[name]} fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" /></svg>`;

/** The mark of the product: the island, roughly. */
export const brandMark = svg`<svg viewBox="0 0 32 32" aria-hidden="true"><path fill="currentColor"
  d="M15 4c2 0 3 1 4 3 0 2 3 2 4 4 0 2-2 2-2 4 1 2 3 3 2 6-1 1-3 0-4 1s0 3-2 4c-1 1-2 3-3 1 0-3-2-3-3-5 0-2 2-3 1-5-1-1-2-2-1-4 1-1 3-2 3-4s-1-5 1-5z" /></svg>`;

/**
 * The symbol of a domain: its shape, colour and icon with a dark outline.
 * @param {import('./domains.js').Domain} domain
 */
export const symbol = (domain) => svg`<svg class="symbol" viewBox="-1 -1 34 34" aria-hidden="true">
  <path d=${domain.shape} fill=${domain.colour} stroke="#22222b" stroke-width="1.6"
    stroke-linejoin="round" />
  <g transform=${`translate(8.1 ${8.1 - domain.lift}) scale(1.06)`} fill=${domain.ink}>
    ${domain.icon.map((d) => svg`<path d=${d} />`)}
  </g></svg>`;

/** Keys to the colours of the rasters that are shown, and to the line of ferries. */

import { html, nothing, svg } from 'lit-html';
import { formatNumber } from '../format.js';
import { FERRY } from '../map/palette.js';
import { isVisible, visibleCollections } from './catalogue.js';

/**
 * @typedef {import('../panels/ui.js').Ui} Ui
 * @typedef {import('../types.js').Collection} Collection
 */

/** Stops of the colour ramp `terrain`, as the raster tiles are coloured. */
const TERRAIN = /** @type {const} */ ([
  [0, '#a8c68f'],
  [0.1, '#cdd69e'],
  [0.25, '#e4d6a3'],
  [0.5, '#c8a97a'],
  [0.75, '#a08065'],
  [1, '#ece7e1'],
]);

/** On a phone the map has no room to spare: there the legend opens at a touch. */
const IS_NARROW = matchMedia('(width <= 720px)').matches;

/** @param {Ui} ui */
export function legend(ui) {
  const rasters = visibleCollections(ui.state).filter(({ kind }) => kind === 'raster');
  const hasFerries = ui.state.hasFerries && isVisible(ui.state, 'road');
  if (rasters.length === 0 && !hasFerries) return nothing;
  return html`<details class="legend" ?open=${!IS_NARROW}>
    <summary>${ui.t('map.legend')}</summary>
    ${rasters.map((raster) => html`<h3>${ui.text(raster.titles)}</h3>${keyOf(ui, raster)}`)}
    ${hasFerries ? ferry(ui) : nothing}
  </details>`;
}

/** @param {Ui} ui */
const ferry = (
  ui,
) => html`<ul class="line-keys"><li><svg class="line-key" viewBox="0 0 32 14" aria-hidden="true">
  <path d="M0 7h32" fill="none" stroke=${FERRY.color} stroke-width=${FERRY.width}
    stroke-dasharray=${FERRY.dash.join(' ')} /></svg>${ui.t('map.ferry')}</li></ul>`;

/** @param {Ui} ui @param {Collection} raster */
const keyOf = (ui, raster) => (raster.style.colors ? classes(ui, raster) : ramp(ui, raster));

/** @param {Ui} ui @param {Collection} raster */
function classes(ui, { style, columns }) {
  const titles = columns[0]?.values ?? {};
  return html`<ul>${Object.entries(style.colors).map(
    ([value, colour]) => html`<li>
      <svg viewBox="0 0 14 14" aria-hidden="true"><rect width="14" height="14" rx="3" fill=${colour} /></svg>
      ${titles[value] ? ui.text(titles[value]) : value}</li>`,
  )}</ul>`;
}

/** @param {Ui} ui @param {Collection} raster */
function ramp(ui, { style, columns, id }) {
  const [least, most] = style.range ?? [0, 1];
  const unit = columns[0]?.unit ?? '';
  const end = (/** @type {number} */ value) =>
    `${formatNumber(ui.state.lang, value)} ${ui.unit(unit)}`;
  const stops = TERRAIN.map(
    ([share, colour]) => svg`<stop offset=${share} stop-color=${colour} />`,
  );
  return html`<svg class="ramp" viewBox="0 0 160 10" preserveAspectRatio="none" aria-hidden="true">
      <defs><linearGradient id="ramp-${id}">${stops}</linearGradient></defs>
      <rect width="160" height="10" fill="url(#ramp-${id})" /></svg>
    <p class="ramp-ends"><span>${end(least)}</span><span>${end(most)}</span></p>`;
}

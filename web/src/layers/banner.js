/** The warning that some visible layer is approximate or made up, and whom the map is by. */

import { html, nothing } from 'lit-html';
import { sign } from '../icons.js';
import { doubtful, visibleCollections } from './catalogue.js';

/**
 * @typedef {import('../panels/ui.js').Ui} Ui
 * @typedef {import('../types.js').Collection} Collection
 */

/** @param {Ui} ui */
export function banner(ui) {
  const { synthetic, approximate } = doubtful(ui.state);
  if (synthetic.length + approximate.length === 0) return nothing;
  return html`<aside class="banner" role="note" aria-label=${ui.t('banner.label')}>
    ${sign('warning')}<p>
      ${synthetic.length ? html`<span class="banner-line">${warning(ui, 'banner.synthetic', synthetic)}</span>` : nothing}
      ${approximate.length ? html`<span class="banner-line">${warning(ui, 'banner.approximate', approximate)}</span>` : nothing}
    </p></aside>`;
}

/**
 * @param {Ui} ui
 * @param {import('../i18n/index.js').Key} key
 * @param {Collection[]} collections
 */
const warning = (ui, key, collections) =>
  ui.t(key, { layers: collections.map(({ titles }) => ui.text(titles)).join(', ') });

/**
 * Each attribution once, short ones first because the end of the line may be cut off.
 * @param {Collection[]} collections
 */
export function namesOf(collections) {
  const all = [...new Set(collections.map(({ attribution }) => attribution))];
  return all
    .filter((name) => !all.some((other) => other !== name && other.startsWith(name)))
    .sort((a, b) => a.length - b.length);
}

/**
 * Whom the visible layers are by: one line, all of it on demand.
 * @param {Ui} ui
 */
export function credits(ui) {
  const names = namesOf(visibleCollections(ui.state));
  if (names.length === 0) return nothing;
  return html`<details class="credits">
    <summary title=${ui.t('map.credits')}><span class="credits-line">${names.join(' · ')}</span>
      <span class="credits-title">${ui.t('map.credits')} ${sign('close')}</span></summary>
    <ul>${names.map((name) => html`<li>${name}</li>`)}</ul></details>`;
}

/** The bar at the top: name, search, language and era. */

import { html } from 'lit-html';
import { translate } from '../i18n/index.js';
import { brandMark } from '../icons.js';

/** @typedef {import('./ui.js').Ui} Ui */

/**
 * @param {Ui} ui
 * @param {unknown} search the search box
 */
export const topbar = (ui, search) => html`
  <h1 class="brand"><span class="brand-mark">${brandMark}</span>
    <span class="brand-name">${ui.t('app.name')}</span></h1>
  ${search}
  <div class="segments" role="group" aria-label=${ui.t('app.language')}>
    ${language(ui, 'th', 'ไทย', 'ภาษาไทย')}${language(ui, 'en', 'EN', 'English')}
  </div>
  <div class="segments" role="group" aria-label=${ui.t('app.era')}>
    ${era(ui, 'be')}${era(ui, 'ce')}
  </div>`;

/**
 * @param {Ui} ui
 * @param {import('../types.js').Lang} lang
 * @param {string} label
 * @param {string} title
 */
const language = ({ state, actions }, lang, label, title) => html`<button type="button"
  id="lang-${lang}" lang=${lang} title=${title} aria-pressed=${state.lang === lang}
  @click=${() => actions.show({ lang })}>${label}</button>`;

/** @param {Ui} ui @param {import('../types.js').Era} era */
const era = ({ state, actions }, era) => html`<button type="button" id="era-${era}"
  title=${translate(state.lang, era === 'be' ? 'era.beTitle' : 'era.ceTitle')}
  aria-pressed=${state.era === era}
  @click=${() => actions.show({ era })}>${translate(state.lang, `era.${era}`)}</button>`;

/** @param {Ui} ui */
export const skipLinks = (ui) => html`
  <a class="skip" href="#map" @click=${focusOn('map')}>${ui.t('app.skipMap')}</a>
  <a class="skip" href="#panel-body" @click=${focusOn('panel-body')}>${ui.t('app.skipList')}</a>`;

/** A jump that leaves the address alone. @param {string} id */
const focusOn = (id) => (/** @type {Event} */ event) => {
  event.preventDefault();
  document.getElementById(id)?.focus();
};

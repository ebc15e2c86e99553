/** The filters: seven domains, then everything else, each choice with its live count. */

import { html, nothing } from 'lit-html';
import { DOMAIN_IDS } from '../domains.js';
import { countActive, countFacet, NO_PHASE } from '../filters.js';
import { formatYears } from '../format.js';
import { sign } from '../icons.js';
import { domainSymbol } from './marks.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 * @typedef {'phase' | 'status' | 'confidence'} Choice
 */

const STATUSES = [
  'operating',
  'finished',
  'in_progress',
  'planned',
  'not_started',
  'suspended',
  'unknown',
];
const CONFIDENCES = ['verified', 'sourced', 'inferred', 'unknown'];
const PHASES = ['2021', '2022-2023', NO_PHASE];

/** @param {Ui} ui @param {ProjectFeature[]} features */
export function domainFilter(ui, features) {
  const counts = countFacet(features, ui.state, 'domain');
  const chosen = ui.state.domain;
  return html`<fieldset class="domains"><legend class="visually-hidden">${ui.t('domains.title')}</legend>
    ${DOMAIN_IDS.map(
      (id) => html`<label class="domain ${chosen.length && !chosen.includes(id) ? 'is-off' : ''}">
      <input type="checkbox" id="domain-${id}" .checked=${chosen.includes(id)}
        @change=${() => ui.actions.toggleFilter('domain', id)} />
      ${domainSymbol(id)}<span class="domain-name">${ui.code('domain', id)}</span>
      <span class="count">${counts.get(id) ?? 0}</span></label>`,
    )}
  </fieldset>`;
}

/** @param {Ui} ui @param {ProjectFeature[]} features */
export function moreFilters(ui, features) {
  const active = countActive(ui.state);
  return html`<details class="filters" ?open=${active > 0}>
    <summary>${sign('filter')}<span>${ui.t('filter.title')}</span>
      ${active ? html`<span class="tag">${ui.t('filter.active', { n: active })}</span>` : nothing}</summary>
    <div class="filter-body">
      ${textFilter(ui)}
      ${choices(ui, features, 'status', STATUSES, (id) => ui.code('status', id))}
      ${choices(ui, features, 'phase', PHASES, phaseTitle(ui))}
      <p class="hint">${ui.t('filter.phaseNote')}</p>
      ${choices(ui, features, 'confidence', CONFIDENCES, (id) => ui.code('confidence', id))}
      ${select(ui, features, 'agency', agencyTitles(ui, features))}
      ${select(ui, features, 'amphoe', areaTitles(ui))}
      ${select(ui, features, 'tambon', areaTitles(ui))}
    </div></details>`;
}

/** @param {Ui} ui */
const textFilter = (
  ui,
) => html`<div class="field"><label for="filter-q">${ui.t('filter.text')}</label>
  <input id="filter-q" type="search" placeholder=${ui.t('filter.textHint')} .value=${ui.state.q}
    @input=${(/** @type {any} */ event) => ui.actions.setFilter('q', event.target.value)} /></div>`;

/** @param {Ui} ui */
const phaseTitle = (ui) => (/** @type {string} */ id) =>
  id === NO_PHASE ? ui.t('phase.unassigned') : formatYears(ui.state.lang, ui.state.era, id);

/**
 * @param {Ui} ui
 * @param {ProjectFeature[]} features
 * @param {Choice} facet
 * @param {string[]} ids
 * @param {(id: string) => string} titleOf
 */
function choices(ui, features, facet, ids, titleOf) {
  const counts = countFacet(features, ui.state, facet);
  const shown = ids.filter((id) => counts.has(id) || facet === 'phase');
  return html`<fieldset class="field"><legend>${ui.t(`filter.${facet}`)}</legend>
    <div class="chips">${shown.map(
      (id) => html`<label class="chip">
      <input type="checkbox" id="${facet}-${id}" .checked=${ui.state[facet].includes(id)}
        @change=${() => ui.actions.toggleFilter(facet, id)} />
      <span>${titleOf(id)} <span class="count">${counts.get(id) ?? 0}</span></span></label>`,
    )}
    </div></fieldset>`;
}

/**
 * @param {Ui} ui
 * @param {ProjectFeature[]} features
 * @param {'agency' | 'amphoe' | 'tambon'} facet
 * @param {Map<string, string>} titles
 */
function select(ui, features, facet, titles) {
  const counts = countFacet(features, ui.state, facet);
  const collator = new Intl.Collator(ui.state.lang);
  const options = [...counts]
    .map(([id, count]) => ({ id, count, title: titles.get(id) ?? id }))
    .sort((a, b) => collator.compare(a.title, b.title));
  return html`<div class="field"><label for="filter-${facet}">${ui.t(`filter.${facet}`)}</label>
    <select id="filter-${facet}"
      @change=${(/** @type {any} */ event) => ui.actions.setFilter(facet, event.target.value)}>
      <option value="" ?selected=${ui.state[facet] === ''}>${ui.t('filter.any')}</option>
      ${options.map(
        ({ id, count, title }) => html`<option value=${id}
        ?selected=${ui.state[facet] === id}>${title} (${count})</option>`,
      )}
    </select></div>`;
}

/** @param {Ui} ui @param {ProjectFeature[]} features */
function agencyTitles(ui, features) {
  const agencies = features.flatMap(({ properties }) => properties.agencies);
  return new Map(agencies.map((agency) => [agency.en, ui.text(agency)]));
}

/** @param {Ui} ui */
const areaTitles = ({ state: { areas }, text }) =>
  new Map(
    areas.status === 'ready'
      ? [...areas.value].map(([code, { names }]) => [code, text(names)])
      : [],
  );

/** The table of projects, in step with filters, map and card. */

import { html, nothing } from 'lit-html';
import { sortProjects } from '../filters.js';
import { formatNumber } from '../format.js';
import { sign } from '../icons.js';
import { confidenceMark, domainSymbol, statusTag } from './marks.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 */

const COLUMNS = /** @type {const} */ ([
  'code',
  'name',
  'domain',
  'status',
  'agency',
  'budget',
  'place',
  'confidence',
]);

/**
 * @param {Ui} ui
 * @param {ProjectFeature[]} shown that fit the filters
 * @param {string} summary
 */
export function projectTable(ui, shown, summary) {
  if (!ui.state.table) return nothing;
  const { sort, lang } = ui.state;
  return html`<div class="table-panel"><header class="table-head">
      <h2>${ui.t('table.title')}</h2><p class="summary">${summary}</p>
      <button type="button" class="icon-button" title=${ui.t('table.close')}
        aria-label=${ui.t('table.close')} @click=${ui.actions.toggleTable}>${sign('close')}</button></header>
    <div class="table-scroll" tabindex="0" role="region" aria-label=${ui.t('table.title')}>
      <table><caption class="visually-hidden">${ui.t('table.caption')}</caption>
        <thead><tr>${COLUMNS.map((column) => heading(ui, column, sort))}</tr></thead>
        <tbody>${sortProjects(shown, sort, lang).map((feature) => row(ui, feature))}</tbody>
      </table></div></div>`;
}

/**
 * @param {Ui} ui
 * @param {typeof COLUMNS[number]} column
 * @param {string} sort
 */
function heading(ui, column, sort) {
  const isSorted = sort.replace('-', '') === column;
  const isDown = isSorted && sort.startsWith('-');
  const next = isSorted && !isDown ? `-${column}` : column;
  const title = ui.t('table.sort', { column: ui.t(`table.${column}`) });
  return html`<th scope="col" class="col-${column}"
    aria-sort=${isSorted ? (isDown ? 'descending' : 'ascending') : 'none'}>
    <button type="button" id="sort-${column}" title=${title} @click=${() => ui.actions.show({ sort: next })}
      >${ui.t(`table.${column}`)}<span class="arrow ${isSorted ? (isDown ? 'is-down' : 'is-up') : ''}"
      >${sign('up')}</span></button></th>`;
}

/** @param {Ui} ui @param {ProjectFeature} feature */
function row(ui, { id, properties }) {
  const { names, domain, status, agencies, budget_thb: budget, place, confidence } = properties;
  const isChosen = ui.state.project === id;
  return html`<tr class=${isChosen ? 'is-chosen' : ''} aria-current=${isChosen ? 'true' : nothing}
      @click=${() => ui.actions.openProject(id)}>
    <td class="code">${id}</td>
    <th scope="row"><button type="button" class="plain" id="row-${id}">${ui.text(names)}</button></th>
    <td><span class="cell-domain">${domainSymbol(domain)}${ui.code('domain', domain)}</span></td>
    <td>${statusTag(ui, status)}</td>
    <td>${agencies.length ? agencies.map((one) => ui.text(one)).join(', ') : '–'}</td>
    <td class="number">${budget === null ? '–' : formatNumber(ui.state.lang, budget)}</td>
    <td>${place ? ui.text(place) : '–'}</td>
    <td>${confidenceMark(ui, confidence)}</td></tr>`;
}

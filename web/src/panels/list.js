/** The list of projects: those on the map, those for the whole province, those without a place. */

import { html, nothing } from 'lit-html';
import { groupByPlace } from '../filters.js';
import { confidenceMark, domainSymbol, statusTag } from './marks.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 */

/** @param {Ui} ui @param {ProjectFeature[]} features that fit the filters */
export function projectList(ui, features) {
  if (features.length === 0)
    return html`<p class="empty">${ui.t('list.empty')}
    <button class="plain" type="button" @click=${ui.actions.clearFilters}>${ui.t('filter.clear')}</button></p>`;
  const { mapped, province, nowhere } = groupByPlace(features);
  return html`
    ${group(ui, 'list.mapped', '', mapped)}
    ${group(ui, 'list.province', ui.t('list.provinceNote'), province)}
    ${group(ui, 'list.nowhere', ui.t('list.nowhereNote'), nowhere)}`;
}

/**
 * @param {Ui} ui
 * @param {import('../i18n/index.js').Key} title
 * @param {string} note
 * @param {ProjectFeature[]} features
 */
function group(ui, title, note, features) {
  if (features.length === 0) return nothing;
  return html`<section class="group"><h3 class="group-title">${ui.t(title)}
      <span class="count">${features.length}</span></h3>
    ${note ? html`<p class="hint">${note}</p>` : nothing}
    <ul class="projects">${features.map((feature) => item(ui, feature))}</ul></section>`;
}

/** @param {Ui} ui @param {ProjectFeature} feature */
function item(ui, { id, properties }) {
  const { names, is_named: isNamed, status, confidence, domain } = properties;
  const isChosen = ui.state.project === id;
  return html`<li><button type="button" id="item-${id}" class="project ${isChosen ? 'is-chosen' : ''}"
      aria-current=${isChosen ? 'true' : nothing} @click=${() => ui.actions.openProject(id)}>
    ${domainSymbol(domain)}
    <span class="project-text">
      <span class="project-name ${isNamed ? '' : 'is-unnamed'}">${ui.text(names)}</span>
      <span class="second" lang=${ui.second}>${ui.other(names)}</span>
      <span class="project-facts"><span class="code">${id}</span>
        ${isNamed ? statusTag(ui, status) : html`<span class="status is-unknown">${ui.t('list.unnamed')}</span>`}
        ${confidenceMark(ui, confidence)}</span>
    </span></button></li>`;
}

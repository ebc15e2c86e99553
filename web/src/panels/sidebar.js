/** The panel at the left, a sheet at the bottom on phones: projects and layers. */

import { html, nothing } from 'lit-html';
import { NO_FILTERS } from '../filters.js';
import { sign } from '../icons.js';
import { layersPanel } from '../layers/panel.js';
import { domainFilter, moreFilters } from './filters.js';
import { projectList } from './list.js';
import { errorNotice, loading } from './notice.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 */

/**
 * @param {Ui} ui
 * @param {ProjectFeature[]} shown that fit the filters
 * @param {string} summary
 */
export const sidebar = (ui, shown, summary) => html`
  <header class="panel-head">
    <button type="button" class="handle" aria-expanded=${ui.state.sheet} aria-controls="panel-body"
      title=${ui.t(ui.state.sheet ? 'panel.close' : 'panel.open')}
      aria-label=${ui.t(ui.state.sheet ? 'panel.close' : 'panel.open')}
      @click=${ui.actions.toggleSheet}>${sign('chevron')}</button>
    <div class="tabs" role="tablist" aria-label=${ui.t('panel.label')}
      @keydown=${(/** @type {KeyboardEvent} */ event) => onTabKey(event, ui)}>
      ${tab(ui, 'projects', 'list')}${tab(ui, 'layers', 'layers')}</div>
    <button type="button" class="tool" id="table-open" aria-pressed=${ui.state.table}
      title=${ui.t(ui.state.table ? 'table.close' : 'table.open')}
      @click=${ui.actions.toggleTable}>${sign('table')}<span>${ui.t('table.short')}</span></button>
  </header>
  <div id="panel-body" class="panel-body" tabindex="-1" role="tabpanel" aria-labelledby="tab-${ui.state.panel}">
    <h2 class="visually-hidden">${ui.t(`panel.${ui.state.panel}`)}</h2>
    ${ui.state.panel === 'layers' ? layersPanel(ui) : projectsPanel(ui, shown, summary)}
  </div>`;

/**
 * @param {Ui} ui
 * @param {'projects' | 'layers'} id
 * @param {'list' | 'layers'} icon
 */
const tab = (ui, id, icon) => html`<button type="button" role="tab" id="tab-${id}"
  aria-selected=${ui.state.panel === id} aria-controls="panel-body"
  tabindex=${ui.state.panel === id ? 0 : -1}
  @click=${() => ui.actions.show({ panel: id, sheet: true })}>${sign(icon)}${ui.t(`panel.${id}`)}</button>`;

/** @param {KeyboardEvent} event @param {Ui} ui */
function onTabKey(event, ui) {
  if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
  const panel = ui.state.panel === 'layers' ? 'projects' : 'layers';
  ui.actions.show({ panel });
  document.getElementById(`tab-${panel}`)?.focus();
}

/**
 * @param {Ui} ui
 * @param {ProjectFeature[]} shown
 * @param {string} summary
 */
function projectsPanel(ui, shown, summary) {
  const { projects } = ui.state;
  if (projects.status === 'error') return errorNotice(ui, projects.error, ui.actions.loadProjects);
  if (projects.status !== 'ready') return loading(ui.t('loading.projects'));
  return html`${domainFilter(ui, projects.value)}${moreFilters(ui, projects.value)}
    <div class="summary-row"><p class="summary">${summary}</p>
      ${
        isFiltered(ui)
          ? html`<button class="plain" type="button" id="clear-filters"
        @click=${ui.actions.clearFilters}>${ui.t('filter.clear')}</button>`
          : nothing
      }</div>
    <label class="inview"><input type="checkbox" id="inview" .checked=${ui.state.inview}
      @change=${() => ui.actions.show({ inview: !ui.state.inview })} />${ui.t('filter.inview')}</label>
    <div id="list">${projectList(ui, shown)}</div>
    ${programmeNote(ui)}`;
}

/** @param {Ui} ui */
const isFiltered = ({ state }) =>
  Object.keys(NO_FILTERS).some(
    (key) => state[/** @type {keyof typeof NO_FILTERS} */ (key)].length > 0,
  );

/** @param {Ui} ui */
function programmeNote(ui) {
  const { programme } = ui.state;
  if (programme.status !== 'ready') return nothing;
  const { planned, named } = programme.value;
  return html`<p class="hint programme">${ui.t('domains.note', { planned, named })}</p>`;
}

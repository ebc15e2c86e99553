/** The layer switcher: themes, layers, and where each comes from. */

import { html, nothing } from 'lit-html';
import { address } from '../api.js';
import { formatDate, formatNumber } from '../format.js';
import { errorNotice, loading } from '../panels/notice.js';
import { byTheme, isVisible, PROJECT_LAYER } from './catalogue.js';

/**
 * @typedef {import('../panels/ui.js').Ui} Ui
 * @typedef {import('../types.js').Collection} Collection
 */

/** @param {Ui} ui */
export function layersPanel(ui) {
  const { catalogue } = ui.state;
  if (catalogue.status === 'error')
    return errorNotice(ui, catalogue.error, ui.actions.loadCatalogue);
  if (catalogue.status !== 'ready') return loading(ui.t('loading.layers'));
  const groups = byTheme(catalogue.value);
  const hasProjects = catalogue.value.collections.some(({ id }) => id === PROJECT_LAYER);
  return html`<div class="layers">
    ${hasProjects ? nothing : projectSwitch(ui)}
    ${groups.map(({ theme, members }) => themeGroup(ui, theme, members))}
    <footer class="layers-foot">
      <p class="hint">${ui.t('layers.note')}
        <span class="tag">${ui.code('edition', catalogue.value.edition)}</span></p>
      ${
        ui.state.layers === null
          ? nothing
          : html`<button class="plain" type="button"
        @click=${ui.actions.defaultLayers}>${ui.t('layers.default')}</button>`
      }
    </footer></div>`;
}

/** @param {Ui} ui */
const projectSwitch = (ui) => html`<ul class="layer-list"><li class="layer">
  ${switchOf(ui, PROJECT_LAYER, ui.t('layers.projects'))}</li></ul>`;

/**
 * @param {Ui} ui
 * @param {{ id: string, titles: import('../types.js').Text }} theme
 * @param {Collection[]} members
 */
const themeGroup = (ui, theme, members) => html`<section class="theme">
  <h3 class="theme-title">${ui.text(theme.titles)}</h3>
  <ul class="layer-list">${members.map((one) => layerRow(ui, one))}</ul></section>`;

/**
 * @param {Ui} ui
 * @param {Collection} collection
 */
function layerRow(ui, collection) {
  const { id, kind, provenance, titles } = collection;
  const doubt = ['approximate', 'synthetic'].includes(provenance) ? ' is-doubtful' : '';
  return html`<li class="layer">
    ${
      kind === 'table'
        ? html`<span class="switch is-off">${ui.text(titles)}</span>`
        : switchOf(ui, id, ui.text(titles))
    }
    <details class="provenance">
      <summary title=${ui.t('layers.details', { title: ui.text(titles) })}>
        <span class="tag${doubt}">${ui.code('provenance', provenance)}</span>
      </summary>
      ${provenanceOf(ui, collection)}
    </details></li>`;
}

/**
 * @param {Ui} ui
 * @param {string} id
 * @param {string} title
 */
const switchOf = (ui, id, title) => html`<label class="switch">
  <input type="checkbox" id="layer-${id}" .checked=${isVisible(ui.state, id)}
    @change=${() => ui.actions.toggleLayer(id)} /><span>${title}</span></label>`;

/**
 * @param {Ui} ui
 * @param {Collection} collection
 */
function provenanceOf(ui, collection) {
  const { lang, era } = ui.state;
  const { id, kind, minZoom, sourceUrl, tileset, validDate } = collection;
  return html`<div class="provenance-body">
    <p>${ui.text(collection.descriptions)}</p>
    <dl class="small-facts">
      ${row(ui.t('layers.source'), ui.text(collection.sources))}
      ${row(ui.t('layers.licence'), collection.licence)}
      ${row(ui.t('layers.date'), formatDate(lang, era, validDate))}
      ${kind === 'raster' ? nothing : row(ui.t('layers.features'), countOf(ui, collection))}
      ${row(ui.t('layers.checks'), faultsOf(ui, collection))}
    </dl>
    ${kind === 'table' ? html`<p class="hint">${ui.t('layers.table')}</p>` : nothing}
    ${
      tileset !== 'base' && minZoom > 10
        ? html`<p class="hint">${ui.t('layers.zoom', { zoom: minZoom })}</p>`
        : nothing
    }
    <p class="links">
      ${
        kind === 'raster'
          ? nothing
          : html`<a href=${address(`api/collections/${id}/items`)}
        target="_blank" rel="noopener">${ui.t('layers.download')}</a>`
      }
      ${
        sourceUrl
          ? html`<a href=${sourceUrl} target="_blank" rel="noopener noreferrer"
        >${ui.t('layers.openSource')}</a>`
          : nothing
      }
    </p></div>`;
}

/** @param {string} name @param {string} value */
const row = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/** @param {Ui} ui @param {Collection} collection */
const countOf = (ui, { featureCount }) =>
  ui.t('layers.count', { n: formatNumber(ui.state.lang, featureCount) });

/** @param {Ui} ui @param {Collection} collection */
function faultsOf(ui, { faults }) {
  if (faults.noted + faults.quarantined === 0) return ui.t('layers.noFaults');
  const { lang } = ui.state;
  return ui.t('layers.faults', {
    noted: formatNumber(lang, faults.noted),
    quarantined: formatNumber(lang, faults.quarantined),
  });
}

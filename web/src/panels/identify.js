/** What is at a point: its areas, the projects over it, features near it, values of rasters. */

import { html, nothing } from 'lit-html';
import { formatDistance, formatNumber, formatPoint, formatYears } from '../format.js';
import { sign } from '../icons.js';
import { collectionsOf } from '../layers/catalogue.js';
import { domainSymbol } from './marks.js';
import { errorNotice, loading } from './notice.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').Identified} Identified
 * @typedef {import('../types.js').IdentifiedFeature} IdentifiedFeature
 * @typedef {import('../types.js').Collection} Collection
 */

/** @param {Ui} ui */
export function identifyPanel(ui) {
  const { identified, at } = ui.state;
  if (!at) return nothing;
  const body =
    identified.status === 'ready'
      ? answer(ui, identified.value)
      : identified.status === 'error'
        ? errorNotice(ui, identified.error, () => ui.actions.pick(at))
        : loading(ui.t('loading.identify'));
  return html`<article class="card identify" aria-label=${ui.t('identify.label')}>
    <button type="button" class="icon-button card-close" title=${ui.t('card.close')}
      aria-label=${ui.t('card.close')} @click=${ui.actions.closeCard}>${sign('close')}</button>
    <header class="card-head"><div><h2 id="card-title" tabindex="-1">${ui.t('identify.label')}</h2>
      <p class="second">${formatPoint(at)}</p></div></header>${body}</article>`;
}

/** @param {Ui} ui @param {Identified} found */
function answer(ui, { radius_m, tambon, amphoe, features, rasters }) {
  const radius = formatDistance(ui.state.lang, radius_m);
  return html`<dl class="facts">
      ${tambon ? html`${areaRow(ui, 'identify.tambon', tambon.names)}${peopleRow(ui, tambon.code)}` : nothing}
      ${amphoe ? areaRow(ui, 'identify.amphoe', amphoe.names) : nothing}</dl>
    ${tambon ? nothing : html`<p class="callout">${ui.t('identify.sea')}</p>`}
    ${
      rasters.length
        ? html`<h3>${ui.t('identify.values')}</h3><dl class="facts">
      ${rasters.map((raster) => rasterRow(ui, raster))}</dl>`
        : nothing
    }
    ${projectsHere(ui)}
    ${
      features.length
        ? html`<h3>${ui.t('identify.features', { radius })}</h3>
      <ul class="found-features">${features.map((one) => featureRow(ui, one))}</ul>`
        : html`<p class="hint">${ui.t('identify.none', { radius })}</p>`
    }`;
}

/** @param {Ui} ui @param {import('../i18n/index.js').Key} title @param {import('../types.js').Text} names */
const areaRow = (ui, title, names) => html`<div class="fact"><dt>${ui.t(title)}</dt>
  <dd>${ui.text(names)} <span class="second" lang=${ui.second}>${ui.other(names)}</span></dd></div>`;

/** @param {Ui} ui @param {string} code */
function peopleRow(ui, code) {
  const { areas, lang, era } = ui.state;
  const area = areas.status === 'ready' ? areas.value.get(code) : undefined;
  if (!area) return nothing;
  const title = ui.t('identify.people', { year: formatYears(lang, era, String(area.year)) });
  return html`<div class="fact"><dt>${title}</dt>
    <dd>${formatNumber(lang, area.people)} ${ui.t('unit.people')}</dd></div>`;
}

/** @param {Ui} ui @param {import('../types.js').IdentifiedRaster} raster */
function rasterRow(ui, { titles, value, unit, titles_value: words }) {
  const number =
    value === null
      ? ui.t('identify.nodata')
      : `${formatNumber(ui.state.lang, value, 1)} ${unit ? ui.unit(unit) : ''}`.trim();
  return html`<div class="fact"><dt>${ui.text(titles)}</dt><dd>${words ? ui.text(words) : number}</dd></div>`;
}

/** @param {Ui} ui */
function projectsHere(ui) {
  const here = ui.actions.projectsHere();
  if (here.length === 0) return nothing;
  return html`<h3>${ui.t('identify.projects')}</h3><ul class="projects">
    ${here.map(
      ({ id, properties }) => html`<li><button type="button" class="project"
      @click=${() => ui.actions.openProject(id)}>${domainSymbol(properties.domain)}
      <span class="project-text"><span class="project-name">${ui.text(properties.names)}</span></span>
      </button></li>`,
    )}</ul>`;
}

/** @param {Ui} ui @param {IdentifiedFeature} feature */
function featureRow(ui, feature) {
  const collection = collectionsOf(ui.state).find(({ id }) => id === feature.collection);
  const { lang } = ui.state;
  const distance =
    feature.distance_m < 1
      ? ui.t('identify.here')
      : ui.t('identify.away', { distance: formatDistance(lang, feature.distance_m) });
  return html`<li><details @toggle=${(/** @type {any} */ event) =>
    ui.actions.outline(event.target.open ? feature.geometry : null)}>
    <summary><span class="feature-name">${nameOf(ui, collection, feature)}</span>
      <span class="second">${collection ? ui.text(collection.titles) : feature.collection} · ${distance}</span></summary>
    <dl class="small-facts">${(collection?.columns ?? []).map((column) => propertyRow(ui, column, feature))}</dl>
  </details></li>`;
}

/**
 * @param {Ui} ui
 * @param {Collection | undefined} collection
 * @param {IdentifiedFeature} feature
 */
function nameOf(ui, collection, { properties }) {
  const { label } = collection ?? {};
  const [first, second] = label ? [label[ui.state.lang], label[ui.second]] : [];
  const name = (first && properties[first]) || (second && properties[second]);
  return name ? titleOfValue(ui, collection, first ?? '', name) : ui.t('identify.untitled');
}

/**
 * @param {Ui} ui
 * @param {Collection | undefined} collection
 * @param {string} column
 * @param {string | number | boolean} value
 */
function titleOfValue(ui, collection, column, value) {
  const titles = collection?.columns.find(({ name }) => name === column)?.values?.[String(value)];
  return titles ? ui.text(titles) : String(value);
}

/**
 * @param {Ui} ui
 * @param {import('../types.js').Column} column
 * @param {IdentifiedFeature} feature
 */
function propertyRow(ui, { name, titles, type, unit, values }, { properties }) {
  const value = properties[name];
  if (value === null || value === undefined || value === '') return nothing;
  const words = values?.[String(value)];
  const isCode = /(^|_)(id|code|no|year|osm_id)$/.test(name);
  const shown = words
    ? ui.text(words)
    : typeof value === 'number' && !isCode
      ? formatNumber(ui.state.lang, value, type === 'integer' ? 0 : 1)
      : ui.code('value', String(value));
  return html`<div><dt>${ui.text(titles)}</dt><dd>${shown} ${unit ? ui.unit(unit) : nothing}</dd></div>`;
}

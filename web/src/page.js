/** Draws every region of the page from the state, and moves the focus where it belongs. */

import { html, nothing, render } from 'lit-html';
import { filterProjects, isInView, isMapped } from './filters.js';
import { createFocus } from './focus.js';
import { banner, credits } from './layers/banner.js';
import { isVisible, PROJECT_LAYER, visibleOverlays } from './layers/catalogue.js';
import { legend } from './layers/legend.js';
import { projectCard } from './panels/card.js';
import { identifyPanel } from './panels/identify.js';
import { errorNotice, loading } from './panels/notice.js';
import { SearchBox, searchBox } from './panels/search.js';
import { sidebar } from './panels/sidebar.js';
import { projectTable } from './panels/table.js';
import { skipLinks, topbar } from './panels/topbar.js';
import { createUi } from './panels/ui.js';

/**
 * @typedef {import('./panels/ui.js').Ui} Ui
 * @typedef {import('./types.js').State} State
 * @typedef {import('./types.js').ProjectFeature} ProjectFeature
 */

const REGIONS = ['skip', 'topbar', 'panel', 'banner', 'legend', 'credits', 'table', 'card', 'live'];

/**
 * @param {import('./state.js').Store} store
 * @param {import('./map/index.js').TwinMap} map
 * @param {import('./actions.js').Actions} actions
 */
export function createPage(store, map, actions) {
  const roots = Object.fromEntries(
    REGIONS.map((id) => [id, /** @type {HTMLElement} */ (document.getElementById(id))]),
  );
  const focus = createFocus(roots.card);
  const box = new SearchBox(() => drawTop(createUi(store.get(), actions), roots, box));
  store.subscribe((state, before) => {
    const ui = createUi(state, actions);
    drawTop(ui, roots, box);
    drawPanels(ui, roots);
    drawMap(state, map);
    if (state.view !== before.view && isBack(state, map)) map.moveTo(state.view);
    focus.follow(state, before);
    revealFirst(state, before, map);
  });
  document.addEventListener('keydown', (event) => onEscape(event, store, map, actions));
}

/**
 * Whether the view was changed by the address and not by the map itself.
 * @param {State} state
 * @param {import('./map/index.js').TwinMap} map
 */
const isBack = ({ view }, map) => JSON.stringify(view) !== JSON.stringify(map.camera());

/**
 * Bring a project that a link opened into sight, unless the link says what to look at.
 * @param {State} state
 * @param {State} before
 * @param {import('./map/index.js').TwinMap} map
 */
function revealFirst({ view, card }, before, map) {
  if (!view && card.status === 'ready' && before.card.status !== 'ready') map.reveal(card.value);
}

/** @param {Ui} ui @param {Record<string, HTMLElement>} roots @param {SearchBox} box */
function drawTop(ui, roots, box) {
  render(skipLinks(ui), roots.skip);
  render(topbar(ui, searchBox(ui, box)), roots.topbar);
}

/** @param {State} state @returns {ProjectFeature[]} that fit the filters */
function fitting(state) {
  return state.projects.status === 'ready' ? filterProjects(state.projects.value, state) : [];
}

/** @param {Ui} ui @param {ProjectFeature[]} shown */
function summaryOf(ui, shown) {
  const { projects } = ui.state;
  if (projects.status !== 'ready') return '';
  const total = projects.value.length;
  const values = { n: shown.length, total, mapped: shown.filter(isMapped).length };
  return ui.t(shown.length === total ? 'summary.all' : 'summary.some', values);
}

/** @param {Ui} ui @param {Record<string, HTMLElement>} roots */
function drawPanels(ui, roots) {
  const { state } = ui;
  const fit = fitting(state);
  const shown = state.inview ? fit.filter((feature) => isInView(feature, state.bounds)) : fit;
  const summary = summaryOf(ui, shown);
  document.documentElement.lang = state.lang;
  document.title = state.lang === 'th' ? 'ฝาแฝดดิจิทัลภูเก็ต · Phuket Twin' : 'Phuket Twin';
  document.getElementById('map')?.setAttribute('aria-label', ui.t('map.label'));
  roots.panel.classList.toggle('is-up', state.sheet);
  roots.table.classList.toggle('is-open', state.table);
  roots.card.classList.toggle('is-open', Boolean(state.project || state.at));
  render(sidebar(ui, shown, summary), roots.panel);
  render(projectTable(ui, shown, summary), roots.table);
  render(state.project ? projectCard(ui) : identifyPanel(ui), roots.card);
  render(html`${mapLoading(ui)}${tileNotice(ui)}${banner(ui)}`, roots.banner);
  render(legend(ui), roots.legend);
  render(credits(ui), roots.credits);
  render(summary, roots.live);
}

/** @param {Ui} ui */
const mapLoading = (ui) =>
  ui.state.isDrawn || ui.state.tileError
    ? nothing
    : html`<div class="map-loading">${loading(ui.t('loading.map'))}</div>`;

/** @param {Ui} ui */
const tileNotice = (ui) =>
  ui.state.tileError
    ? html`<div class="tile-error">${errorNotice(ui, ui.state.tileError, ui.actions.retryTiles, 'error.tiles')}</div>`
    : nothing;

/**
 * The features, the chosen one with its full outlines once they are there.
 * @param {ProjectFeature[]} features
 * @param {State} state
 */
function withDetail(features, { card, project }) {
  if (card.status !== 'ready' || card.value.id !== project) return features;
  return features.map((feature) => (feature.id === project ? card.value : feature));
}

/** @param {State} state @param {import('./map/index.js').TwinMap} map */
function drawMap(state, map) {
  const { lang, project: chosen } = state;
  map.showLayers((id) => isVisible(state, id), visibleOverlays(state), lang);
  const features = isVisible(state, PROJECT_LAYER) ? fitting(state) : [];
  map.projects.show(withDetail(features, state), { lang, chosen });
  map.highlight.point(state.at);
  if (!state.at) map.highlight.geometry(null);
}

/**
 * Escape closes what lies on top, one thing at a time.
 * @param {KeyboardEvent} event
 * @param {import('./state.js').Store} store
 * @param {import('./map/index.js').TwinMap} map
 * @param {import('./actions.js').Actions} actions
 */
function onEscape(event, store, map, actions) {
  if (event.key !== 'Escape') return;
  const { project, at, table, sheet } = store.get();
  if (map.projects.fold()) return;
  if (project || at) actions.closeCard();
  else if (table) actions.toggleTable();
  else if (sheet) actions.toggleSheet();
}

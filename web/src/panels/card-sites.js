/** The sites of a project: where, how precisely, and a way there. */

import { html, nothing } from 'lit-html';
import { sign } from '../icons.js';
import { confidenceMark } from './marks.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').Project} Project
 * @typedef {import('../types.js').Site} Site
 */

const FIRST = 6;

/**
 * @param {Ui} ui
 * @param {Project} project
 * @param {import('./card-sources.js').Sources} sources
 */
export function siteList(ui, { sites }, sources) {
  if (sites.length === 0) return nothing;
  const rest = sites.slice(FIRST);
  return html`<section class="sites"><h3>${ui.t('card.sites')} <span class="count">${sites.length}</span></h3>
    <ul>${sites.slice(0, FIRST).map((site) => siteRow(ui, site, sources))}</ul>
    ${
      rest.length
        ? html`<details><summary class="more-sites">${ui.t('card.more', { n: rest.length })}</summary>
      <ul>${rest.map((site) => siteRow(ui, site, sources))}</ul></details>`
        : nothing
    }</section>`;
}

/**
 * @param {Ui} ui
 * @param {Site} site
 * @param {import('./card-sources.js').Sources} sources
 */
function siteRow(ui, site, sources) {
  const { names, rule, precision, marker } = site;
  const parts = [ui.code('rule', rule)];
  if (marker) parts.push(ui.code('precision', precision));
  if (site.is_marine) parts.push(ui.t('card.marine'));
  const where = tambonNames(ui, site);
  if (where) parts.push(where);
  return html`<li class="site"><div class="site-text"><span class="site-name">${ui.text(names)}</span>
      ${confidenceMark(ui, site.confidence, true)}${sources.reference(ui, site.source ?? null, null)}
      <span class="site-facts">${parts.join(' · ')}</span>
      ${noteOf(ui, site)}</div>
    ${
      marker
        ? html`<button type="button" class="icon-button" title=${ui.t('card.zoom')}
      aria-label="${ui.t('card.zoom')}: ${ui.text(names)}"
      @click=${() => ui.actions.goTo(marker)}>${sign('target')}</button>`
        : nothing
    }</li>`;
}

/** Why there is no place, or what to know about it. @param {Ui} ui @param {Site} site */
function noteOf(ui, { problem, note }) {
  const text = problem ?? note;
  return text ? html`<span class="note">${ui.text(text)}</span>` : nothing;
}

/** @param {Ui} ui @param {Site} site */
function tambonNames(ui, { tambon_codes: codes }) {
  const { areas } = ui.state;
  if (areas.status !== 'ready' || codes.length === 0 || codes.length > 4) return '';
  const names = codes.map((code) => areas.value.get(code)?.names);
  const known = names.flatMap((one) => (one ? [ui.text(one)] : []));
  return known.length ? `${ui.t('identify.tambon')} ${known.join(', ')}` : '';
}

/** The card of one project: what is known, how surely, and from where. */

import { html, nothing } from 'lit-html';
import { formatBaht, formatDate, formatNumber, formatYears } from '../format.js';
import { sign } from '../icons.js';
import { siteList } from './card-sites.js';
import { Sources, sourceList } from './card-sources.js';
import { confidenceMark, domainSymbol, statusTag } from './marks.js';
import { errorNotice, loading } from './notice.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').Project} Project
 */

/** @param {Ui} ui */
export function projectCard(ui) {
  const { card, project } = ui.state;
  const body =
    card.status === 'ready'
      ? details(ui, card.value.properties)
      : card.status === 'error'
        ? errorNotice(ui, card.error, () => ui.actions.openProject(project ?? ''))
        : loading(ui.t('loading.card'));
  return html`<article class="card" aria-label=${ui.t('card.label')}>
    <button type="button" class="icon-button card-close" title=${ui.t('card.close')}
      aria-label=${ui.t('card.close')} @click=${ui.actions.closeCard}>${sign('close')}</button>
    ${body}</article>`;
}

/** @param {Ui} ui @param {Project} project */
function details(ui, project) {
  const sources = new Sources();
  const { names, domain, code, is_named: isNamed } = project;
  return html`<header class="card-head">${domainSymbol(domain)}
      <div><p class="card-over">${code} · ${ui.code('domain', domain)}</p>
        <h2 id="card-title" tabindex="-1" class=${isNamed ? '' : 'is-unnamed'}>${ui.text(names)}</h2>
        <p class="second"><span lang=${ui.second}>${ui.other(names)}</span>
          ${sources.reference(ui, project.facts?.name?.source ?? null, null)}</p>
        <p class="card-marks">${isNamed ? statusTag(ui, project.status) : nothing}
          ${confidenceMark(ui, project.confidence)}</p></div></header>
    ${isNamed ? nothing : html`<p class="callout">${ui.t('card.unnamed')}</p>`}
    <dl class="facts">${factsOf(ui, project, sources)}</dl>
    ${siteList(ui, project, sources)}
    ${sourceList(ui, sources)}`;
}

/**
 * A row of the card: its title, its value (null: not known; nothing: no row), and the names its
 * field may have among the facts.
 * @typedef {[title: import('../i18n/index.js').Key, value: unknown, fields: string[]]} Row
 */

/** @param {Ui} ui @param {Project} project @returns {Row[]} */
const identityRows = (ui, { agencies, budget_thb: budget, place }) => [
  ['card.agency', linesOf(ui, agencies), ['agencies']],
  ['card.budget', budget === null ? null : formatBaht(ui.state.lang, budget), ['budget_thb']],
  ['card.place', place && ui.text(place), ['place']],
];

/** @param {Ui} ui @param {Project} project @returns {Row[]} */
function progressRows(ui, project) {
  const { status, status_note: note, progress, phase } = project;
  const { lang, era } = ui.state;
  return [
    ['card.status', status === 'unknown' ? null : ui.code('status', status), ['status']],
    ['card.status_note', note ? ui.text(note) : nothing, ['status_note']],
    ['card.progress', progress === null ? null : `${formatNumber(lang, progress)} %`, ['progress']],
    ['card.phase', phase && formatYears(lang, era, phase), ['phase']],
    ['card.dates', datesOf(ui, project), ['start_date', 'end_date']],
  ];
}

/** @param {Ui} ui @param {import('../types.js').Text[]} texts */
const linesOf = (ui, texts) =>
  texts.length ? texts.map((one) => html`<span class="line">${ui.text(one)}</span>`) : null;

/** @param {Ui} ui @param {Project} project @param {Sources} sources */
const factsOf = (ui, project, sources) =>
  [...identityRows(ui, project), ...progressRows(ui, project)].map(([title, value, fields]) =>
    value === nothing ? nothing : factRow(ui, title, value, factOf(project, fields), sources),
  );

/** @param {Project} project @param {string[]} fields */
const factOf = ({ facts = {} }, fields) => {
  const field = fields.find((name) => name in facts);
  return field ? facts[field] : null;
};

/**
 * @param {Ui} ui
 * @param {import('../i18n/index.js').Key} title
 * @param {unknown} value null: not known
 * @param {import('../types.js').Fact | null} fact
 * @param {Sources} sources
 */
function factRow(ui, title, value, fact, sources) {
  const isKnown = value !== null;
  const mark = fact?.confidence ?? 'unknown';
  return html`<div class="fact"><dt>${ui.t(title)}</dt>
    <dd><span class=${isKnown ? '' : 'is-missing'}>${isKnown ? value : ui.t('card.unknown')}</span>
      <span class="fact-marks">${fact || !isKnown ? confidenceMark(ui, isKnown ? mark : 'unknown', true) : nothing}
        ${isKnown ? sources.reference(ui, fact?.source ?? null, fact?.source_date ?? null) : nothing}</span>
      ${fact?.note ? html`<span class="note">${ui.text(fact.note)}</span>` : nothing}</dd></div>`;
}

/** @param {Ui} ui @param {Project} project */
function datesOf(ui, { start_date: start, end_date: end }) {
  const { lang, era } = ui.state;
  const from = start ? ui.t('card.from', { date: formatDate(lang, era, start) }) : '';
  const until = end ? ui.t('card.until', { date: formatDate(lang, era, end) }) : '';
  return from || until ? `${from} ${until}`.trim() : null;
}

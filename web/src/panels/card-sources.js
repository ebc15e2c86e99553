/** Sources of a card, numbered once however often they are named. */

import { html, nothing } from 'lit-html';
import { formatDate } from '../format.js';

/** @typedef {import('./ui.js').Ui} Ui */

const ADDRESS = /(https?:\/\/[^\s);]+)/;

/** The sources named so far, in order. */
export class Sources {
  constructor() {
    /** @type {{ source: string, date: string | null }[]} */
    this.list = [];
  }

  /**
   * A small number that leads to the source.
   * @param {Ui} ui
   * @param {string | null} source
   * @param {string | null} date
   */
  reference(ui, source, date) {
    if (!source) return nothing;
    let at = this.list.findIndex((one) => one.source === source);
    if (at < 0) at = this.list.push({ source, date }) - 1;
    const n = at + 1;
    return html`<a class="reference" href="#source-${n}" title=${ui.t('card.source', { n })}
      @click=${jump}><span class="visually-hidden">${ui.t('card.source', { n })}</span
      ><span aria-hidden="true">${n}</span></a>`;
  }
}

/** Go to the source without touching the address. @param {Event} event */
function jump(event) {
  event.preventDefault();
  const link = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  const target = document.getElementById(link.hash.slice(1));
  target?.focus();
  target?.scrollIntoView({ block: 'nearest' });
}

/** @param {Ui} ui @param {Sources} sources */
export function sourceList(ui, sources) {
  if (sources.list.length === 0) return nothing;
  const { lang, era } = ui.state;
  return html`<section class="sources"><h3>${ui.t('card.sources')}</h3><ol>
    ${sources.list.map(
      ({ source, date }, i) => html`<li id="source-${i + 1}" tabindex="-1">
      ${withLinks(source)}${date ? ` (${formatDate(lang, era, date)})` : nothing}</li>`,
    )}
  </ol></section>`;
}

/** Text with its addresses as links. @param {string} text */
const withLinks = (text) =>
  text
    .split(ADDRESS)
    .map((part, i) =>
      i % 2
        ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${shorten(part)}</a>`
        : part,
    );

/** @param {string} address */
function shorten(address) {
  const bare = decodeURI(address).replace(/^https?:\/\/(www\.)?/, '');
  return bare.length > 48 ? `${bare.slice(0, 46)}…` : bare;
}

/** Small marks used in several panels: confidence, status and domain symbol. */

import { html, svg } from 'lit-html';
import { DOMAINS } from '../domains.js';
import { symbol } from '../icons.js';

/** @typedef {import('./ui.js').Ui} Ui */

const DISCS = {
  verified: svg`<circle cx="7" cy="7" r="6" fill="currentColor" />
    <path d="M4 7.2l2.2 2.2L10.2 5" fill="none" stroke="#fff" stroke-width="1.6" />`,
  sourced: svg`<circle cx="7" cy="7" r="6" fill="currentColor" />`,
  inferred: svg`<circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" stroke-width="1.4" />
    <path d="M7 1.7a5.3 5.3 0 0 1 0 10.6z" fill="currentColor" />`,
  unknown: svg`<circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" stroke-width="1.4"
    stroke-dasharray="2.2 2" />`,
};

/**
 * @param {Ui} ui
 * @param {import('../types.js').Confidence} confidence
 * @param {boolean} [isShort] without its word, which is then its title
 */
export function confidenceMark(ui, confidence, isShort = false) {
  const word = ui.code('confidence', confidence);
  const title = `${ui.t('card.confidence')}: ${word}`;
  return html`<span class="confidence is-${confidence}" title=${title}>
    <svg viewBox="0 0 14 14" aria-hidden="true">${DISCS[confidence]}</svg
    ><span class=${isShort ? 'visually-hidden' : ''}>${word}</span></span>`;
}

/** @param {string} domain */
export const domainSymbol = (domain) => symbol(DOMAINS[domain]);

/** @param {Ui} ui @param {string} status */
export const statusTag = (ui, status) =>
  html`<span class="status is-${status}">${ui.code('status', status)}</span>`;

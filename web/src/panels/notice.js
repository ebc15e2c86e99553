/** Loading in words, and failures with a way out. */

import { html } from 'lit-html';
import { sign } from '../icons.js';

/** @param {string} text */
export const loading = (text) =>
  html`<p class="loading" role="status"><span class="pulse" aria-hidden="true"></span>${text}</p>`;

/**
 * A failure in the reading language, the other one beneath, and a button to try again.
 * @param {import('./ui.js').Ui} ui
 * @param {import('../api.js').ApiError} error
 * @param {() => void} retry
 * @param {import('../i18n/index.js').Key} [title]
 */
export const errorNotice = (
  ui,
  error,
  retry,
  title = 'error.title',
) => html`<div class="notice" role="alert">
  ${sign('warning')}
  <div><strong>${ui.t(title)}</strong>
    <p>${ui.text(error.details)}</p>
    <p class="second" lang=${ui.second}>${ui.other(error.details)}</p>
    <button type="button" class="button" @click=${retry}>${ui.t('error.retry')}</button></div>
</div>`;

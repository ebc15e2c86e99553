/** The search box: an accessible combobox over projects, places and areas. */

import { html, nothing } from 'lit-html';
import { ApiError, search } from '../api.js';
import { DOMAINS } from '../domains.js';
import { sign } from '../icons.js';
import { domainSymbol } from './marks.js';

/**
 * @typedef {import('./ui.js').Ui} Ui
 * @typedef {import('../types.js').Found} Found
 *
 * @typedef {object} Search
 * @property {string} text
 * @property {'closed' | 'working' | 'open'} phase
 * @property {Found[]} results
 * @property {ApiError | null} error
 * @property {number} active index of the highlighted result, -1 for none
 */

const PAUSE_MS = 140;

/** What the search box knows; passing, so not part of the address. */
export class SearchBox {
  /** @param {() => void} onChange draw again */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {Search} */
    this.state = { text: '', phase: 'closed', results: [], error: null, active: -1 };
    /** @type {((found: Found) => void) | null} */
    this.onFirst = null;
    this.timer = 0;
    this.controller = new AbortController();
  }

  /** @param {Partial<Search>} patch */
  set(patch) {
    this.state = { ...this.state, ...patch };
    this.onChange();
  }

  /** @param {string} text */
  type(text) {
    clearTimeout(this.timer);
    this.controller.abort();
    this.onFirst = null;
    if (!text.trim()) return this.set({ text, phase: 'closed', results: [], active: -1 });
    this.set({ text, phase: 'working', error: null, active: -1 });
    this.timer = window.setTimeout(() => this.#ask(text.trim()), PAUSE_MS);
  }

  /** @param {string} q */
  async #ask(q) {
    this.controller = new AbortController();
    const { signal } = this.controller;
    try {
      const results = await search(q, signal);
      this.set({ phase: 'open', results, active: -1 });
      if (results.length) this.onFirst?.(results[0]);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      this.set({ phase: 'open', results: [], error, active: -1 });
    }
  }

  /**
   * Enter was pressed before the answer came: what is listed belongs to an earlier text.
   * @param {(found: Found) => void} onFirst
   */
  awaitFirst(onFirst) {
    this.onFirst = onFirst;
  }

  close() {
    this.onFirst = null;
    this.controller.abort();
    clearTimeout(this.timer);
    this.set({ phase: 'closed', active: -1 });
  }

  /** @param {number} step */
  move(step) {
    const { results, active } = this.state;
    if (results.length === 0) return;
    const next = active < 0 && step < 0 ? results.length - 1 : active + step;
    this.set({ phase: 'open', active: (next + results.length) % results.length });
  }
}

/**
 * @param {Ui} ui
 * @param {SearchBox} box
 */
export function searchBox(ui, box) {
  const { text, phase, active, results } = box.state;
  const isOpen = phase !== 'closed';
  return html`<div class="search" role="search" @focusout=${leaving(box)}>
    <span class="search-sign">${sign('search')}</span>
    <input id="search" type="text" role="combobox" autocomplete="off" spellcheck="false"
      enterkeyhint="search" aria-autocomplete="list" aria-controls="found"
      aria-label=${ui.t('search.label')} placeholder=${ui.t('search.placeholder')}
      aria-expanded=${isOpen} aria-activedescendant=${active >= 0 ? `found-${active}` : nothing}
      .value=${text} @input=${(/** @type {any} */ event) => box.type(event.target.value)}
      @focus=${() => results.length && text && box.set({ phase: 'open' })}
      @keydown=${(/** @type {KeyboardEvent} */ event) => onKey(event, ui, box)} />
    ${
      text
        ? html`<button type="button" class="icon-button" title=${ui.t('search.clear')}
      aria-label=${ui.t('search.clear')} @click=${() => clear(box)}>${sign('close')}</button>`
        : nothing
    }
    ${isOpen ? foundList(ui, box) : html`<ul id="found" role="listbox" hidden></ul>`}
  </div>`;
}

/** @param {SearchBox} box */
function clear(box) {
  box.type('');
  document.getElementById('search')?.focus();
}

/** Close when the focus goes elsewhere. @param {SearchBox} box */
const leaving = (box) => (/** @type {FocusEvent} */ event) => {
  const here = /** @type {HTMLElement} */ (event.currentTarget);
  if (!here.contains(/** @type {Node | null} */ (event.relatedTarget))) box.close();
};

/**
 * @param {KeyboardEvent} event
 * @param {Ui} ui
 * @param {SearchBox} box
 */
function onKey(event, ui, box) {
  const { phase, results, active, text } = box.state;
  if (event.key === 'ArrowDown') box.move(1);
  else if (event.key === 'ArrowUp') box.move(-1);
  else if (event.key === 'Enter' && phase === 'working')
    box.awaitFirst((found) => choose(ui, box, found));
  else if (event.key === 'Enter' && results.length) choose(ui, box, results[Math.max(active, 0)]);
  else if (event.key === 'Escape' && phase !== 'closed') box.close();
  else if (event.key === 'Escape' && text) box.type('');
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/**
 * @param {Ui} ui
 * @param {SearchBox} box
 * @param {Found} found
 */
function choose(ui, box, found) {
  box.set({ text: ui.text(found.names) });
  box.close();
  ui.actions.openFound(found);
}

/** @param {Ui} ui @param {SearchBox} box */
function foundList(ui, box) {
  const { phase, results, error, text, active } = box.state;
  const q = text.trim();
  /** @param {string} words */
  const line = (words) => html`<li class="found-note" role="presentation">${words}</li>`;
  const notes =
    phase === 'working' && results.length === 0
      ? line(ui.t('search.working'))
      : error
        ? line(ui.text(error.details))
        : phase === 'open' && results.length === 0
          ? line(ui.t('search.none', { q }))
          : nothing;
  return html`<ul id="found" role="listbox" aria-label=${ui.t('search.label')}>
    ${results.map((found, i) => option(ui, box, found, i, i === active))}${notes}</ul>
    <span class="visually-hidden" role="status">
      ${phase === 'open' && results.length ? ui.t('search.found', { n: results.length }) : ''}</span>`;
}

/**
 * @param {Ui} ui
 * @param {SearchBox} box
 * @param {Found} found
 * @param {number} index
 * @param {boolean} isActive
 */
function option(ui, box, found, index, isActive) {
  const domain = found.kind === 'project' ? domainOf(ui, found.id) : undefined;
  const { names } = found;
  const other = ui.other(names) === ui.text(names) ? '' : ui.other(names);
  const details = found.details ? ui.text(found.details) : '';
  return html`<li id="found-${index}" role="option" class="found" aria-selected=${isActive}
    @mousedown=${(/** @type {Event} */ event) => event.preventDefault()}
    @click=${() => choose(ui, box, found)}>
    <span class="found-sign">${domain ? domainSymbol(domain) : sign('target')}</span>
    <span class="found-text"><span class="found-name">${ui.text(names)}</span>
      <span class="second"><span lang=${ui.second}>${other}</span>
        ${other && details ? `· ${details}` : details}</span></span>
    <span class="found-kind">${ui.code('kind', found.kind)}</span></li>`;
}

/** @param {Ui} ui @param {string} code */
function domainOf({ state }, code) {
  if (state.projects.status !== 'ready') return undefined;
  const domain = state.projects.value.find(({ id }) => id === code)?.properties.domain;
  return domain && domain in DOMAINS ? domain : undefined;
}

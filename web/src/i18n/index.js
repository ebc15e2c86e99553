/** Every text of the page, in Thai and English. */

import en from './en.json';
import th from './th.json';

/** @typedef {keyof typeof th} Key */

const TEXTS = { th, en };

/**
 * The text of a key in one language.
 * @param {import('../types.js').Lang} lang
 * @param {Key} key
 * @param {Record<string, string | number>} [values] for the `{names}` in the text
 */
export function translate(lang, key, values = {}) {
  return TEXTS[lang][key].replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ''));
}

/**
 * A text whose key is made of a group and a code of the API; a code unknown here shows as it is.
 * @param {import('../types.js').Lang} lang
 * @param {string} group
 * @param {string} code
 */
export function translateCode(lang, group, code) {
  const key = `${group}.${code}`;
  return key in TEXTS[lang] ? translate(lang, /** @type {Key} */ (key)) : code;
}

/**
 * The reading language first, the other one second.
 * @param {import('../types.js').Lang} lang
 * @returns {[import('../types.js').Lang, import('../types.js').Lang]}
 */
export const languages = (lang) => (lang === 'th' ? ['th', 'en'] : ['en', 'th']);

/** What every panel is given: the state, the texts, and what can be done. */

import { languages, translate, translateCode } from '../i18n/index.js';

/**
 * @typedef {import('../types.js').Text} Text
 * @typedef {ReturnType<typeof createUi>} Ui
 */

/** Units of the catalogue that have a text of their own. */
const UNITS = ['m', 'km', 'km2', 'people', 'houses', 'lanes', 'km/h'];

/**
 * @param {import('../types.js').State} state
 * @param {import('../actions.js').Actions} actions
 */
export function createUi(state, actions) {
  const { lang } = state;
  const [, second] = languages(lang);
  return {
    state,
    actions,
    /** @param {import('../i18n/index.js').Key} key @param {Record<string, string | number>} [values] */
    t: (key, values) => translate(lang, key, values),
    /** @param {string} group @param {string} code */
    code: (group, code) => translateCode(lang, group, code),
    /** @param {Text} text */
    text: (text) => text[lang],
    /** @param {Text} text in the other language */
    other: (text) => text[second],
    second,
    /** @param {string} unit */
    unit: (unit) => (UNITS.includes(unit) ? translateCode(lang, 'unit', unit) : unit),
  };
}

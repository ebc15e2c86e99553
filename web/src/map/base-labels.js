/** What the base map is named with: the reading language first, tambon before roads and streams. */

import { LineLabelSymbolizer, linear } from 'protomaps-leaflet';
import { languages } from '../i18n/index.js';
import { BASE, FONT } from './palette.js';
import { StackedLabel } from './symbolizers.js';

/**
 * @typedef {import('protomaps-leaflet').LabelRule} LabelRule
 * @typedef {import('protomaps-leaflet').Feature} Feature
 */

/** @param {string} name @returns {(feature: Feature) => string | null} */
const prop = (name) => (feature) => /** @type {string | null} */ (feature.props[name] ?? null);

/** The reading language above the other one. @param {import('../types.js').Lang} lang */
const tambonLabel = (lang) => {
  const [first, second] = languages(lang);
  return new StackedLabel([
    {
      text: prop(`name_${first}`),
      size: linear([
        [9, 10],
        [11, 12],
        [14, 15],
      ]),
      weight: 600,
      fill: BASE.label,
    },
    {
      text: prop(`name_${second}`),
      size: linear([
        [9, 9],
        [11, 10],
        [14, 12],
      ]),
      weight: 400,
      fill: BASE.labelSoft,
    },
  ]);
};

/**
 * @param {string} dataLayer
 * @param {string[]} names properties, the first that has a value is shown
 * @param {number} minzoom
 * @param {string} fill
 * @returns {LabelRule}
 */
const lineLabel = (dataLayer, names, minzoom, fill) => ({
  dataLayer,
  minzoom,
  symbolizer: new LineLabelSymbolizer({
    labelProps: names,
    fontFamily: FONT,
    fontSize: 11,
    fill,
    stroke: BASE.halo,
    width: 3,
    position: 2,
    repeatDistance: 420,
  }),
});

/**
 * The rules that name the visible base layers, the most important first.
 * @param {(layer: string) => boolean} isVisible
 * @param {import('../types.js').Lang} lang
 * @returns {LabelRule[]}
 */
export function labelRules(isVisible, lang) {
  const names = lang === 'th' ? ['name_th', 'name', 'name_en'] : ['name_en', 'name', 'name_th'];
  /** @type {Record<string, LabelRule>} */
  const rules = {
    tambon: { dataLayer: 'tambon_label', minzoom: 10, symbolizer: tambonLabel(lang) },
    road: lineLabel('road', names, 13, BASE.label),
    waterway: lineLabel('waterway', names, 14, BASE.waterLabel),
  };
  return Object.keys(rules)
    .filter(isVisible)
    .map((layer) => rules[layer]);
}

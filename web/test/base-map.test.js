import { expect, test } from 'vitest';
import { labelRules } from '../src/map/base-labels.js';
import { paintRules } from '../src/map/base-rules.js';

/** @param {string} highway @returns {any} */
const road = (highway) => ({ props: { highway } });

/** @param {any} feature @param {() => void} [onFerry] */
const rulesFor = (feature, onFerry = () => {}) =>
  paintRules((id) => id === 'road', onFerry).filter(({ filter }) => filter?.(14, feature));

test('a ferry is drawn by a broken line, and by no line of a street', () => {
  const rules = /** @type {any[]} */ (rulesFor(road('ferry')));
  expect(rules.map(({ symbolizer }) => symbolizer.dash?.value)).toEqual([[6, 4]]);
});

test.each(['primary', 'secondary_link', 'residential', 'path'])('%s is no ferry', (highway) => {
  const rules = /** @type {any[]} */ (rulesFor(road(highway)));
  expect(rules.map(({ symbolizer }) => symbolizer.dash)).toEqual([null, null]);
});

test('who asks is told of each ferry drawn', () => {
  let drawn = 0;
  const [rule] = rulesFor(road('ferry'), () => drawn++);
  const canvas = /** @type {any} */ (new Proxy({}, { get: () => () => {}, set: () => true }));
  rule.symbolizer.draw(canvas, [[]], 14, road('ferry'));
  expect(drawn).toBe(1);
});

test.each(
  /** @type {const} */ ([
    ['th', ['กะทู้', 'Kathu']],
    ['en', ['Kathu', 'กะทู้']],
  ]),
)('a tambon is named in the language of the page first: %s', (lang, expected) => {
  const [rule] = labelRules((id) => id === 'tambon', lang);
  const { lines } = /** @type {any} */ (rule.symbolizer);
  const feature = { props: { name_th: 'กะทู้', name_en: 'Kathu' } };
  expect(lines.map((/** @type {any} */ line) => line.text(feature))).toEqual(expected);
});

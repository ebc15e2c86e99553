import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import en from '../src/i18n/en.json';
import { translate, translateCode } from '../src/i18n/index.js';
import th from '../src/i18n/th.json';
import { createUi } from '../src/panels/ui.js';
import { DEFAULT_VIEW, NO_DATA } from '../src/state.js';

const SOURCE = join(import.meta.dirname, '../src');
const THAI = /[\u0e00-\u0e7f]/;
/** Texts that are the same in both languages. */
const SAME = ['layers.download', 'provenance.osm'];

/** @param {string} text */
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

test('texts of both languages have the same keys in the same order', () => {
  expect(Object.keys(en)).toEqual(Object.keys(th));
});

test.each(Object.keys(th))('%s says the same things in both languages', (key) => {
  const [thai, english] = [
    th[/** @type {keyof typeof th} */ (key)],
    en[/** @type {keyof typeof en} */ (key)],
  ];
  expect(placeholders(thai)).toEqual(placeholders(english));
  expect(english).not.toMatch(THAI);
  if (!SAME.includes(key)) expect(thai).toMatch(THAI);
});

test('every key that the code names exists, and every key is named', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  const code = files
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(SOURCE, name), 'utf8'))
    .join('\n');
  const named = [...code.matchAll(/\bt\(\s*'([a-z]+\.\w+)'/g)].map(([, key]) => key);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((key) => !(key in th))).toEqual([]);
  const dynamic =
    /^(domain|status|confidence|precision|rule|kind|provenance|edition|unit|table|filter|phase|era|panel|value)\./;
  const unused = Object.keys(th).filter((key) => !dynamic.test(key) && !code.includes(`'${key}'`));
  expect(unused).toEqual([]);
});

test('every unit of the catalogue has words in both languages', () => {
  const folder = join(SOURCE, '../../layers/catalogue');
  const manifests = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const units = manifests.join('\n').matchAll(/^unit = "(.+)"$/gm);
  const ui = createUi({ ...DEFAULT_VIEW, ...NO_DATA }, /** @type {any} */ ({}));
  const told = new Map([...units].map(([, unit]) => [unit, ui.unit(unit)]));
  expect(told.size).toBeGreaterThan(5);
  expect([...told].filter(([, words]) => !THAI.test(words))).toEqual([]);
});

test('translate with values fills them in', () => {
  expect(translate('en', 'layers.count', { n: 17 })).toBe('17');
  expect(translate('th', 'layers.count', { n: 17 })).toBe('17 รายการ');
});

test('translateCode with a code unknown here shows the code', () => {
  expect(translateCode('th', 'status', 'planned')).toBe('อยู่ในแผน');
  expect(translateCode('en', 'status', 'brand_new')).toBe('brand_new');
});

import { expect, test } from 'vitest';
import { DEFAULT_VIEW } from '../src/state.js';
import { readView, writeView } from '../src/url.js';

test('an address without a query is the default view', () => {
  expect(readView('')).toEqual(DEFAULT_VIEW);
  expect(writeView(DEFAULT_VIEW)).toBe('');
});

test('a view written and read again is the same view', () => {
  /** @type {import('../src/state.js').View} */
  const view = {
    lang: 'en',
    era: 'ce',
    view: { lon: 98.3012, lat: 7.8957, zoom: 14 },
    domain: ['mobility', 'energy'],
    phase: ['2021'],
    status: ['planned', 'unknown'],
    confidence: ['sourced'],
    agency: 'สำนักงานจังหวัดภูเก็ต, ฝ่าย & อื่น ๆ',
    amphoe: '8302',
    tambon: '830202',
    q: 'ป่าตอง CCTV',
    project: 'MOB-01',
    at: [98.30123, 7.89571],
    layers: ['land', 'road'],
    panel: 'layers',
    table: true,
    sort: '-budget',
    inview: true,
  };
  expect(readView(writeView(view))).toEqual(view);
});

test('switching every layer off is kept apart from the default layers', () => {
  const query = writeView({ ...DEFAULT_VIEW, layers: [] });
  expect(query).toBe('?layers=');
  expect(readView(query).layers).toEqual([]);
});

test.each([
  ['lang=fr', 'lang', 'th'],
  ['domain=mobility,space', 'domain', ['mobility']],
  ['lon=98.3&lat=7.9&zoom=99', 'view', null],
  ['lon=abc&lat=7.9&zoom=12', 'view', null],
  ['lon=98.3', 'view', null],
  ['at=98.3', 'at', null],
  ['at=98.3,200', 'at', null],
  ['at=,', 'at', null],
  ['panel=secrets', 'panel', 'projects'],
  ['table=1', 'table', false],
])('?%s reads %s as the default', (query, key, expected) => {
  expect(readView(query)[/** @type {keyof import('../src/state.js').View} */ (key)]).toEqual(
    expected,
  );
});

test('an address names what it shows', () => {
  const view = { ...DEFAULT_VIEW, domain: ['mobility', 'energy'], project: 'MOB-01', table: true };
  expect(writeView(view)).toBe('?domain=mobility,energy&project=MOB-01&table=yes');
});

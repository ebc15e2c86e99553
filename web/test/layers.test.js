import { expect, test } from 'vitest';
import { namesOf } from '../src/layers/banner.js';
import {
  askableIds,
  byTheme,
  doubtful,
  isVisible,
  toggled,
  visibleOverlays,
} from '../src/layers/catalogue.js';
import { DEFAULT_VIEW, NO_DATA } from '../src/state.js';

/** @param {string} id @param {object} fields @returns {any} */
const collection = (id, fields) => ({
  id,
  kind: 'vector',
  theme: 'base',
  provenance: 'osm',
  ...fields,
});

const CATALOGUE = {
  edition: 'starter',
  themes: [
    { id: 'base', titles: { th: 'ฐาน', en: 'Base' } },
    { id: 'empty', titles: { th: 'ว่าง', en: 'Empty' } },
    { id: 'facility', titles: { th: 'บริการ', en: 'Facilities' } },
  ],
  collections: [
    collection('land', {}),
    collection('tambon', { provenance: 'approximate' }),
    collection('road', { provenance: 'synthetic' }),
    collection('facility', { theme: 'facility' }),
    collection('elevation', { kind: 'raster' }),
    collection('population', { kind: 'table' }),
  ],
};

/** @param {string[] | null} layers @returns {import('../src/state.js').State} */
const stateWith = (layers) => ({
  ...DEFAULT_VIEW,
  ...NO_DATA,
  layers,
  catalogue: { status: 'ready', value: CATALOGUE },
});

/** @param {{ id: string }[]} collections */
const ids = (collections) => collections.map(({ id }) => id);

test('the base map and the projects are visible at first', () => {
  expect(
    ['land', 'road', 'project_site', 'facility'].map((id) => isVisible(stateWith(null), id)),
  ).toEqual([true, true, true, false]);
});

test('switching a layer on and off again is the default again', () => {
  const on = toggled(stateWith(null), 'facility');
  expect(on).toContain('facility');
  expect(toggled(stateWith(on), 'facility')).toBeNull();
});

test('overlays are what is visible beyond the base map, tables never', () => {
  const state = stateWith(['land', 'facility', 'elevation', 'population']);
  expect(ids(visibleOverlays(state))).toEqual(['facility', 'elevation']);
});

test('a point is asked about visible features, not about the ground itself', () => {
  expect(askableIds(stateWith(['land', 'tambon', 'road']))).toEqual(['road']);
});

test('doubtful layers are named only while visible', () => {
  const { synthetic, approximate } = doubtful(stateWith(null));
  expect([ids(synthetic), ids(approximate)]).toEqual([['road'], ['tambon']]);
  expect(ids(doubtful(stateWith(['land', 'tambon'])).synthetic)).toEqual([]);
});

test('themes without layers are left out', () => {
  expect(byTheme(CATALOGUE).map(({ theme, members }) => [theme.id, members.length])).toEqual([
    ['base', 5],
    ['facility', 1],
  ]);
});

test('namesOf names each source once, the short ones first', () => {
  const by = (/** @type {string} */ attribution) => collection('one', { attribution });
  expect(namesOf([by('Survey Department'), by('© OSM'), by('© OSM')])).toEqual([
    '© OSM',
    'Survey Department',
  ]);
  expect(namesOf([by('© OSM'), by('© OSM; areas by us')])).toEqual(['© OSM; areas by us']);
});

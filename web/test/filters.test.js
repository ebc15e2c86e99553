import { expect, test } from 'vitest';
import {
  countActive,
  countFacet,
  filterProjects,
  groupByPlace,
  isInView,
  NO_PHASE,
  sortProjects,
} from '../src/filters.js';
import { DEFAULT_VIEW } from '../src/state.js';
import { project, site } from './projects.js';

const BUS = project('MOB-01', {
  domain: 'mobility',
  names: { th: 'ภูเก็ตสมาร์ทบัส', en: 'Phuket Smart Bus' },
  status: 'operating',
  budget_thb: 40_000_000,
  agencies: [{ th: 'บริษัท ก', en: 'Company A' }],
  sites: [site([98.3, 7.9])],
  tambon_codes: ['830202'],
});
const POLES = project('LIV-09', {
  domain: 'living',
  names: { th: 'เสาอัจฉริยะ', en: 'Smart poles' },
  status: 'planned',
  place: { th: 'กะรน', en: 'Karon' },
  sites: [site([98.3, 7.8])],
  tambon_codes: ['830108'],
});
const TRAINING = project('PEO-02', {
  domain: 'people',
  is_province_wide: true,
  sites: [site(null)],
});
const UNNAMED = project('PEO-04', { domain: 'people', is_named: false, confidence: 'unknown' });
const ALL = [BUS, POLES, TRAINING, UNNAMED];

/** @param {import('../src/types.js').ProjectFeature[]} features */
const codes = (features) => features.map(({ id }) => id);

test('no filter keeps every project', () => {
  expect(codes(filterProjects(ALL, DEFAULT_VIEW))).toEqual(codes(ALL));
});

test('values of one filter add up, filters narrow each other', () => {
  const domain = ['mobility', 'living'];
  expect(codes(filterProjects(ALL, { ...DEFAULT_VIEW, domain }))).toEqual(['MOB-01', 'LIV-09']);
  const view = { ...DEFAULT_VIEW, domain, status: ['planned'] };
  expect(codes(filterProjects(ALL, view))).toEqual(['LIV-09']);
});

test.each([
  ['smart', ['MOB-01', 'LIV-09']],
  ['SMART bus', ['MOB-01']],
  ['สมาร์ท', ['MOB-01']],
  ['karon', ['LIV-09']],
  ['smart-bus', ['MOB-01']],
  ['peo-0', ['PEO-02', 'PEO-04']],
  ['บริษัท', ['MOB-01']],
  ['nothing', []],
])('text %s finds %j', (q, expected) => {
  expect(codes(filterProjects(ALL, { ...DEFAULT_VIEW, q }))).toEqual(expected);
});

test('a project without a phase counts as not stated', () => {
  expect([...countFacet(ALL, DEFAULT_VIEW, 'phase')]).toEqual([[NO_PHASE, 4]]);
});

test('counts of a facet leave that facet aside and keep empty values at zero', () => {
  const view = { ...DEFAULT_VIEW, domain: ['people'], status: ['operating'] };
  expect(Object.fromEntries(countFacet(ALL, view, 'status'))).toEqual({
    operating: 0,
    planned: 0,
    unknown: 2,
  });
  expect(Object.fromEntries(countFacet(ALL, view, 'domain'))).toEqual({
    mobility: 1,
    living: 0,
    people: 0,
  });
});

test('filters in use are counted without the domains', () => {
  const view = {
    ...DEFAULT_VIEW,
    domain: ['people'],
    status: ['planned'],
    q: 'x',
    tambon: '830202',
  };
  expect(countActive(DEFAULT_VIEW)).toBe(0);
  expect(countActive(view)).toBe(3);
});

test('projects are grouped by whether they have a place', () => {
  const groups = groupByPlace(ALL);
  expect(codes(groups.mapped)).toEqual(['MOB-01', 'LIV-09']);
  expect(codes(groups.province)).toEqual(['PEO-02']);
  expect(codes(groups.nowhere)).toEqual(['PEO-04']);
});

test('a project is in view where one of its symbols is', () => {
  expect(isInView(BUS, [98.2, 7.85, 98.4, 8])).toBe(true);
  expect(isInView(POLES, [98.2, 7.85, 98.4, 8])).toBe(false);
  expect(isInView(TRAINING, [98.2, 7.85, 98.4, 8])).toBe(false);
  expect(isInView(TRAINING, null)).toBe(true);
});

test.each([
  ['code', ['LIV-09', 'MOB-01', 'PEO-02', 'PEO-04']],
  ['-code', ['PEO-04', 'PEO-02', 'MOB-01', 'LIV-09']],
  ['-budget', ['MOB-01', 'LIV-09', 'PEO-02', 'PEO-04']],
  ['-confidence', ['PEO-04', 'LIV-09', 'MOB-01', 'PEO-02']],
  ['no-such-column', ['LIV-09', 'MOB-01', 'PEO-02', 'PEO-04']],
])('sorted by %s', (sort, expected) => {
  expect(codes(sortProjects(ALL, sort, 'en'))).toEqual(expected);
});

test('names sort in the order of their language', () => {
  const thai = sortProjects([BUS, POLES], 'name', 'th');
  expect(codes(thai)).toEqual(['MOB-01', 'LIV-09']);
});

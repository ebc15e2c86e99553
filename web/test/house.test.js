import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js'))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), 'utf8') }));

/** @param {RegExp} pattern */
const holding = (pattern) => FILES.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

test('only one module imports Leaflet', () => {
  expect(holding(/from 'leaflet'/)).toEqual(['map/leaflet.js']);
});

test('only the map folder knows Leaflet', () => {
  expect(
    holding(/leaflet\.js'|protomaps-leaflet'/).filter((name) => !name.startsWith('map/')),
  ).toEqual([]);
});

test('no text of the data can become markup', () => {
  expect(holding(/innerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write/)).toEqual([]);
});

test('nothing is fetched from elsewhere', () => {
  expect(holding(/https?:\/\/(?!\[)[a-z0-9.-]+\.[a-z]{2,}/)).toEqual([]);
});

test('the lock file names no download address', () => {
  const lock = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  expect(lock).not.toMatch(/"resolved"/);
});

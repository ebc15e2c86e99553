import { expect, test } from 'vitest';
import { NO_AREA, NO_PIECE, openDemand, openNetwork } from '../src/analysis/network.js';
import { count, reach, search, snap } from '../src/analysis/search.js';

/**
 * A file of arrays, as docs/network-format.md has it.
 * @param {object} about
 * @param {Record<string, Uint16Array | Uint32Array | Int32Array | Float32Array>} arrays
 */
function write(about, arrays) {
  let offset = 0;
  /** @type {Record<string, [string, number, number]>} */
  const places = {};
  for (const [name, values] of Object.entries(arrays)) {
    places[name] = [values.constructor.name.replace('Array', ''), offset, values.length];
    offset += Math.ceil(values.byteLength / 8) * 8;
  }
  const text = JSON.stringify({ ...about, arrays: places });
  const head = text + ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const bytes = new TextEncoder().encode(head);
  const file = new Uint8Array(16 + bytes.length + offset);
  file.set(new TextEncoder().encode('TWINARR\n'));
  new Uint32Array(file.buffer, 8, 2).set([1, bytes.length]);
  file.set(bytes, 16);
  for (const [name, values] of Object.entries(arrays)) {
    const own = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    file.set(own, 16 + bytes.length + places[name][1]);
  }
  return file.buffer;
}

const CLOSED = 0xffff;
const WORDS = { th: 'ถนน', en: 'Streets' };
const ABOUT = {
  kind: 'network',
  network: 'abc',
  mode: 'car',
  unit_degrees: 1e-6,
  unit_s: 0.1,
  unit_m: 0.1,
  walking_kmh: 3.6, // a second a metre
  text: WORDS,
  source: WORDS,
};

/** 0 → 1 → 2 in 60 s each, one-way; 2 – 3 in 30 s both ways; 4 – 5 apart. */
const network = openNetwork(
  write(ABOUT, {
    lon: Int32Array.of(98_300_000, 98_301_000, 98_302_000, 98_302_000, 98_310_000, 98_311_000),
    lat: Int32Array.of(7_900_000, 7_900_000, 7_900_000, 7_901_000, 7_950_000, 7_950_000),
    start: Uint32Array.of(0, 1, 2, 3, 3, 4, 4),
    second: Uint32Array.of(1, 2, 3, 5),
    along: Uint16Array.of(600, 600, 300, 100),
    against: Uint16Array.of(CLOSED, CLOSED, 300, 100),
    length: Uint16Array.of(1100, 1100, 1100, 1100),
  }),
);

const PEOPLE = {
  ...ABOUT,
  kind: 'demand',
  unit_fraction: 1 / 65_535,
  areas: { layer: 'tambon', codes: ['a', 'b'], names: [WORDS, WORDS] },
};
const POINTS = {
  piece: Uint32Array.of(0, 2, 3, NO_PIECE),
  fraction: Uint16Array.of(13_107, 65_535, 0, 0), // 0.2, 1, 0, none
  offset: Uint16Array.of(50, 0, 0, CLOSED),
  weight: Float32Array.of(10, 20, 30, 40),
  area: Uint16Array.of(0, NO_AREA, 1, 1),
};
const demand = openDemand(write(PEOPLE, POINTS), network);

const place = { piece: 1, fraction: 0.5, offset: 7 };

test('a search follows one-way streets in the direction of travel', () => {
  const to = search(network, [place]);
  expect([...to]).toEqual([97, 37, Infinity, Infinity, Infinity, Infinity]);
  const from = search(network, [place], { direction: 'from' });
  expect([...from]).toEqual([Infinity, Infinity, 37, 67, Infinity, Infinity]);
});

test('demand is reached over both ends, with both walks', () => {
  const to = reach(network, demand, [place]);
  expect(to[0]).toBeCloseTo(5 + 0.8 * 60 + 37, 6);
  expect([...to.slice(1)]).toEqual([Infinity, Infinity, Number.NaN]);
  const from = reach(network, demand, [place], { direction: 'from' });
  expect([...from]).toEqual([Infinity, 67, Infinity, Number.NaN]);
});

test('a place on the same piece is reached along it where that way is open', () => {
  const ahead = { piece: 0, fraction: 0.7, offset: 0 };
  const behind = { piece: 0, fraction: 0.1, offset: 0 };
  expect(reach(network, demand, [ahead])[0]).toBeCloseTo(5 + 0.5 * 60, 6);
  expect(reach(network, demand, [behind])[0]).toBe(Infinity);
  expect(reach(network, demand, [behind, ahead])[0]).toBeCloseTo(35, 6);
  expect(reach(network, demand, [behind], { direction: 'from' })[0]).toBeCloseTo(5 + 6, 6);
});

test('the nearest of several places counts, and nothing beyond the limit', () => {
  const end = { piece: 2, fraction: 1, offset: 0 };
  expect(reach(network, demand, [place, end])[1]).toBe(0);
  expect(search(network, [end], { limit: 40 })).toEqual(
    Float64Array.of(Infinity, Infinity, 30, 0, Infinity, Infinity),
  );
  expect([...reach(network, demand, [])]).toEqual([Infinity, Infinity, Infinity, Number.NaN]);
});

test('people are counted as served, unserved and unknown, and by area', () => {
  const found = count(demand, Float64Array.of(60, 61, Infinity, Number.NaN), 60);
  expect(found).toEqual({ served: 10, unserved: 50, unknown: 40, areas: Float64Array.of(10, 0) });
});

test('a pin is put on the nearest street, if one is near', () => {
  const found = snap(network, 98.3015, 7.9001);
  expect(found).toMatchObject({ piece: 1, fraction: expect.closeTo(0.5, 5) });
  expect(found?.offset).toBeCloseTo(11.06, 2);
  expect(snap(network, 98.2995, 7.9)?.fraction).toBe(0);
  expect(snap(network, 98.35, 7.9)).toBeNull();
});

test('what is no such file, or of other streets, is refused', () => {
  const file = write(ABOUT, POINTS);
  expect(() => openNetwork(write(PEOPLE, POINTS))).toThrow('demand, not network');
  new Uint32Array(file, 8, 1)[0] = 2;
  expect(() => openNetwork(file)).toThrow('version');
  const other = write({ ...PEOPLE, network: 'abd' }, POINTS);
  expect(() => openDemand(other, network)).toThrow('other streets');
});

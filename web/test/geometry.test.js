import { expect, test } from 'vitest';
import { covers, partsOf } from '../src/geometry.js';

/** @typedef {import('geojson').Geometry} Geometry */

/** @type {Geometry} */
const RING = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ],
    [
      [4, 4],
      [6, 4],
      [6, 6],
      [4, 6],
      [4, 4],
    ],
  ],
};
/** @type {Geometry} */
const LINE = {
  type: 'MultiLineString',
  coordinates: [
    [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
  ],
};
/** @type {import('../src/geometry.js').Project} */
const plain = ([x, y]) => [x, y];

test('a collection comes apart into points, lines and areas', () => {
  /** @type {Geometry} */
  const all = {
    type: 'GeometryCollection',
    geometries: [
      RING,
      LINE,
      { type: 'Point', coordinates: [1, 2] },
      { type: 'MultiPolygon', coordinates: [] },
    ],
  };
  const { points, lines, areas } = partsOf(all);
  expect([points.length, lines.length, areas.length]).toEqual([1, 1, 1]);
  expect(partsOf(null)).toEqual({ points: [], lines: [], areas: [] });
});

test.each([
  [[5, 2], true],
  [[5, 5], false],
  [[11, 5], false],
])('an area with a hole covers %j: %s', (point, expected) => {
  expect(covers(RING, point, plain, 1)).toBe(expected);
});

test.each([
  [[5, 0.9], true],
  [[5, 1.1], false],
  [[10.5, 10.5], true],
  [[12, 12], false],
])('a line covers what is within reach, %j: %s', (point, expected) => {
  expect(covers(LINE, point, plain, 1)).toBe(expected);
});

test('a point covers what is within reach', () => {
  /** @type {Geometry} */
  const point = { type: 'Point', coordinates: [1, 1] };
  expect(covers(point, [1, 1.5], plain, 1)).toBe(true);
  expect(covers(point, [1, 3], plain, 1)).toBe(false);
  expect(covers(null, [1, 1], plain, 1)).toBe(false);
});

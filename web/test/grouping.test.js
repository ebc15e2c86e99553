import { expect, test } from 'vitest';
import { groupOverlapping, spread } from '../src/map/grouping.js';

/** @param {number} x @param {number} y @param {string} item */
const at = (x, y, item) => ({ x, y, item });

test('symbols that do not overlap stay alone', () => {
  const groups = groupOverlapping([at(0, 0, 'a'), at(40, 0, 'b')], 30);
  expect(groups.map(({ items }) => items)).toEqual([['a'], ['b']]);
});

test('overlapping symbols gather at their common middle', () => {
  const groups = groupOverlapping([at(0, 0, 'a'), at(20, 10, 'b'), at(100, 0, 'c')], 30);
  expect(groups).toEqual([
    { x: 10, y: 5, items: ['a', 'b'] },
    { x: 100, y: 0, items: ['c'] },
  ]);
});

test('bundles that would cover each other, or a symbol, gather too', () => {
  const pairs = [at(0, 0, 'a'), at(0, 10, 'b'), at(33, 0, 'c'), at(33, 10, 'd')];
  expect(groupOverlapping(pairs, 30)).toEqual([{ x: 16.5, y: 5, items: ['a', 'b', 'c', 'd'] }]);
  const beside = [at(0, 0, 'a'), at(20, 0, 'b'), at(42, 0, 'c')];
  expect(groupOverlapping(beside, 30).map(({ items }) => items)).toEqual([['a', 'b', 'c']]);
});

test('nothing gathers into nothing', () => {
  expect(groupOverlapping([], 30)).toEqual([]);
});

test.each([1, 2, 5, 6, 7, 12, 39])('%d spread symbols never overlap', (count) => {
  const offsets = spread(count, 40);
  expect(offsets).toHaveLength(count);
  const distances = offsets.flatMap((a, i) =>
    offsets.slice(i + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)),
  );
  expect(Math.min(Infinity, ...distances)).toBeGreaterThanOrEqual(36);
});

import { expect, test, vi } from 'vitest';
import { byTileset } from '../src/fresh.js';
import { FreshTiles } from '../src/map/fresh-tiles.js';
import { isTouched } from '../src/map/touched.js';
import { DEFAULT_VIEW, NO_DATA } from '../src/state.js';

/** @typedef {import('../src/types.js').BBox} BBox */

/** @type {BBox} */
const PATONG = [98.3, 7.89, 98.3, 7.89];
const UNIT = 360 / 2 ** 16 / 4096;

/** The tile of zoom 16 that has its west side at this column's. @param {number} x */
const column = (x) => ({ z: 16, x, y: 31322 });
/** @param {number} x @returns {number} degrees */
const westOf = (x) => (x / 2 ** 16) * 360 - 180;

test('a point touches one tile of each zoom, as the server has it', () => {
  const place = /** @type {BBox} */ ([98.366_026, 7.880_084, 98.366_026, 7.880_084]);
  for (const [z, column, row] of [
    [10, 791, 489],
    [11, 1583, 979],
  ])
    for (let x = column - 2; x <= column + 2; x++)
      for (let y = row - 2; y <= row + 2; y++)
        expect(isTouched({ z, x, y }, [place])).toBe(x === column && y === row);
  expect(isTouched({ z: 0, x: 0, y: 0 }, [place])).toBe(true);
});

test.each([
  ['within the margin of the tile beside it', 60, [true, true]],
  ['beyond the margin of the tile beside it', 70, [false, true]],
])('a point %s', (_case, units, expected) => {
  const lon = westOf(50_000) + units * UNIT;
  const box = /** @type {BBox} */ ([lon, 7.89, lon, 7.89]);
  const y = Math.floor((1 - Math.asinh(Math.tan((7.89 * Math.PI) / 180)) / Math.PI) * 2 ** 15);
  const tiles = [49_999, 50_000].map((x) => ({ ...column(x), y }));
  expect(tiles.map((tile) => isTouched(tile, [box]))).toEqual(expected);
});

test('an extent touches what lies within it, and a pole is no trouble', () => {
  const globe = /** @type {BBox} */ ([-180, -90, 180, 90]);
  expect(isTouched({ z: 3, x: 4, y: 4 }, [globe])).toBe(true);
  expect(isTouched({ z: 3, x: 4, y: 0 }, [globe])).toBe(true);
  expect(isTouched({ z: 3, x: 4, y: 4 }, [])).toBe(false);
});

/** @returns {import('../src/types.js').State} */
function stateWith(/** @type {any[]} */ ...collections) {
  const catalogue = { status: 'ready', value: { collections, themes: [], edition: 'starter' } };
  return { ...NO_DATA, ...DEFAULT_VIEW, catalogue: /** @type {any} */ (catalogue) };
}

test('changes are gathered by the tileset that holds their layer', () => {
  const state = stateWith(
    { id: 'facility', kind: 'vector', tileset: 'facilities' },
    { id: 'grid', kind: 'vector', tileset: null },
    { id: 'elevation', kind: 'raster', tileset: 'base' },
  );
  const changes = [
    { layer: 'facility', boxes: [PATONG] },
    { layer: 'facility', boxes: [PATONG] },
    { layer: 'grid', boxes: [PATONG] },
    { layer: 'grid', boxes: null },
    { layer: 'grid', boxes: [PATONG] },
    { layer: 'elevation', boxes: null },
  ];
  expect(byTileset(state, changes)).toEqual(
    new Map([
      ['facilities', [PATONG, PATONG]],
      ['grid', null],
      ['elevation', null],
    ]),
  );
  expect(byTileset(state, [...changes, { layer: null, boxes: null }])).toBeNull();
});

test('before the catalogue has come, the base map knows its own layers', () => {
  const state = { ...NO_DATA, ...DEFAULT_VIEW };
  expect(byTileset(state, [{ layer: 'road', boxes: null }])).toEqual(new Map([['base', null]]));
});

/**
 * A layer that shows the tiles 0/0/0 to 0/1/0 of zoom 1, with these and one more in the cache.
 * @param {(key: string) => Promise<Map<string, any>>} answer
 */
function drawn(answer) {
  const old = new Map([['road', []]]);
  const keys = ['0:0:1', '1:0:1', '0:0:2'];
  const cache = new Map(keys.map((key) => [key, { used: 0, data: old }]));
  /** @type {Map<string, any>} */
  const inflight = new Map();
  const asked = /** @type {string[]} */ ([]);
  const landing = vi.fn();
  const tileCache = { cache, inflight, tileSize: 512, get: landing };
  const dataTileForDisplayTile = (/** @type {any} */ coords) => ({ dataTile: coords });
  const layer = {
    _tileZoom: 1,
    _tiles: { a: { coords: { x: 0, y: 0, z: 1 } }, b: { coords: { x: 1, y: 0, z: 1 } } },
    _wrapCoords: (/** @type {any} */ coords) => coords,
    views: new Map([['', { tileCache, dataTileForDisplayTile }]]),
    clearLayout: vi.fn(),
    rerenderTiles: vi.fn(),
  };
  const source = {
    renew: (/** @type {any} */ { x, y, z }) => {
      asked.push(`${x}:${y}:${z}`);
      return answer(`${x}:${y}:${z}`);
    },
  };
  const fresh = new FreshTiles(/** @type {any} */ (layer), /** @type {any} */ (source));
  return { fresh, layer, cache, inflight, landing, asked, old };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('touched tiles on the screen are replaced, those beside it are let go', async () => {
  const { fresh, layer, cache, asked, old } = drawn(async () => new Map());
  fresh.renew([[-90, 10, -90, 10]]);
  expect(cache.get('0:0:1')?.data).toBe(old);
  await settled();
  expect(asked).toEqual(['0:0:1']);
  expect(cache.get('0:0:1')?.data.size).toBe(0);
  expect(cache.get('1:0:1')?.data).toBe(old);
  expect(cache.has('0:0:2')).toBe(true);
  expect(layer.rerenderTiles).toHaveBeenCalledTimes(1);
  fresh.renew([[-100, 70, -100, 70]]);
  await settled();
  expect(cache.has('0:0:2')).toBe(false);
});

test('tiles that are as they were are not drawn again', async () => {
  const { fresh, layer, asked, old } = drawn(async () => old);
  fresh.renew(null);
  await settled();
  expect(asked).toEqual(['0:0:1', '1:0:1']);
  expect(layer.rerenderTiles).not.toHaveBeenCalled();
});

test('a tile under way lands before it is replaced', async () => {
  const { fresh, cache, inflight, landing, asked } = drawn(async () => new Map());
  cache.delete('1:0:1');
  inflight.set('1:0:1', []);
  landing.mockImplementation(async () => {
    expect(asked).toEqual([]);
    inflight.delete('1:0:1');
    cache.set('1:0:1', { used: 0, data: new Map([['road', []]]) });
  });
  fresh.renew([[90, 10, 90, 10]]);
  await settled();
  expect(asked).toEqual(['1:0:1']);
  expect(cache.get('1:0:1')?.data.size).toBe(0);
});

test('a tile that changes while it is renewed is renewed once more', async () => {
  /** @type {(() => void)[]} */
  const answers = [];
  const { fresh, asked } = drawn(
    () => new Promise((resolve) => answers.push(() => resolve(new Map()))),
  );
  fresh.renew([[-90, 10, -90, 10]]);
  fresh.renew([[-90, 10, -90, 10]]);
  answers[0]();
  await settled();
  answers[1]();
  await settled();
  expect(asked).toEqual(['0:0:1', '0:0:1']);
  expect(answers).toHaveLength(2);
});

test('a tile that cannot be had stays on the screen and is asked for again', async () => {
  vi.useFakeTimers();
  let isDown = true;
  const { fresh, cache, asked, old } = drawn(async () => {
    if (isDown) throw new Error('down');
    return new Map();
  });
  fresh.renew([[-90, 10, -90, 10]]);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(cache.get('0:0:1')?.data).toBe(old);
  expect(asked).toHaveLength(1);
  isDown = false;
  await vi.advanceTimersByTimeAsync(200);
  expect(cache.get('0:0:1')?.data.size).toBe(0);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(asked).toHaveLength(2);
  vi.useRealTimers();
});

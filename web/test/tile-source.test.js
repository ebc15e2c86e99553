// @vitest-environment node
import { createServer } from 'node:http';
import Pbf from 'pbf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CheckedSource, parseTile } from '../src/map/tile-source.js';

const TILE_SIZE = 512;
const EXTENT = 4096;

/** A tile with one layer `place` that holds one point in its middle. */
function makeTile() {
  const tile = new Pbf();
  tile.writeMessage(
    3,
    (_none, layer) => {
      layer.writeVarintField(15, 2);
      layer.writeStringField(1, 'place');
      layer.writeMessage(
        2,
        (_one, feature) => {
          feature.writePackedVarint(2, [0, 0]);
          feature.writeVarintField(3, 1);
          feature.writePackedVarint(4, [9, EXTENT, EXTENT]);
        },
        null,
      );
      layer.writeStringField(3, 'name_th');
      layer.writeMessage(4, (_one, value) => value.writeStringField(1, 'ป่าตอง'), null);
      layer.writeVarintField(5, EXTENT);
    },
    null,
  );
  return tile.finish();
}

const PROBLEM = JSON.stringify({ code: 'database-unavailable', detail: 'Down.', detail_th: 'ล่ม' });

/** The first two answers are of one state of the tile, the third is of another. */
let answered = 0;
const etag = () => (answered++ < 2 ? '"one"' : '"two"');

const server = createServer((request, response) => {
  const zoom = Number(request.url?.split('/')[3]);
  if (zoom === 9) response.writeHead(200).end(makeTile());
  else if (zoom === 8) response.writeHead(200, { etag: etag() }).end(makeTile());
  else if (zoom === 10) response.writeHead(204).end();
  else if (zoom === 11)
    response.writeHead(503, { 'content-type': 'application/problem+json' }).end(PROBLEM);
});

beforeAll(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  Object.assign(globalThis, { document: { baseURI: `http://127.0.0.1:${port}/` } });
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function makeSource() {
  /** @type {import('../src/api.js').ApiError[]} */
  const reported = [];
  return { source: new CheckedSource('base', (error) => reported.push(error)), reported };
}

test('a tile comes apart into features in pixels', () => {
  const bytes = makeTile();
  const [feature] = parseTile(new Uint8Array(bytes).buffer, TILE_SIZE).get('place') ?? [];
  expect(feature.props).toEqual({ name_th: 'ป่าตอง' });
  expect([feature.geom[0][0].x, feature.geom[0][0].y]).toEqual([TILE_SIZE / 2, TILE_SIZE / 2]);
  expect(feature.bbox).toEqual({ minX: 256, minY: 256, maxX: 256, maxY: 256 });
});

test('an empty answer is a tile without layers', async () => {
  const { source, reported } = makeSource();
  expect((await source.get({ z: 10, x: 0, y: 0 }, TILE_SIZE)).size).toBe(0);
  expect((await source.get({ z: 9, x: 0, y: 0 }, TILE_SIZE)).size).toBe(1);
  expect(reported).toEqual([]);
});

test('a problem instead of a tile is reported with its words', async () => {
  const { source, reported } = makeSource();
  await expect(source.get({ z: 11, x: 0, y: 0 }, TILE_SIZE)).rejects.toThrow('Down.');
  expect(reported.map(({ code, details }) => [code, details.th])).toEqual([
    ['database-unavailable', 'ล่ม'],
  ]);
});

test('a tile that is renewed tells whether it is another', async () => {
  const { source } = makeSource();
  const tile = { z: 8, x: 0, y: 0 };
  const first = await source.get(tile, TILE_SIZE);
  expect(await source.renew(tile, TILE_SIZE, first)).toBe(first);
  const second = await source.renew(tile, TILE_SIZE, first);
  expect(second).not.toBe(first);
  expect(await source.renew(tile, TILE_SIZE, second)).toBe(second);
});

test('a renewal that fails is not reported: the tile is still to be seen', async () => {
  const { source, reported } = makeSource();
  await expect(source.renew({ z: 11, x: 0, y: 0 }, TILE_SIZE, new Map())).rejects.toThrow('Down.');
  expect(reported).toEqual([]);
});

test('tiles of a zoom that was left are given up in silence', async () => {
  const { source, reported } = makeSource();
  const left = source.get({ z: 12, x: 0, y: 0 }, TILE_SIZE);
  const refused = expect(left).rejects.toThrow(/abort/i);
  await source.get({ z: 9, x: 0, y: 0 }, TILE_SIZE);
  await refused;
  expect(reported).toEqual([]);
});

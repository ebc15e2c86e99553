// @vitest-environment node
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError, address, getJson, getProject } from '../src/api.js';

const PROBLEM = {
  type: 'about:blank',
  title: 'Not found',
  status: 404,
  code: 'not-found',
  detail: 'There is no such project.',
  detail_th: 'ไม่มีโครงการนี้',
};

/** @type {Record<string, [status: number, type: string, body: string]>} */
const ANSWERS = {
  '/api/projects/MOB-01': [200, 'application/json', '{"id":"MOB-01"}'],
  '/api/projects/NO-1': [404, 'application/problem+json', JSON.stringify(PROBLEM)],
  '/broken': [502, 'text/html', '<h1>Bad gateway</h1>'],
};

const server = createServer((request, response) => {
  const [status, type, body] = ANSWERS[request.url ?? ''] ?? [500, 'text/plain', ''];
  response.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*' });
  response.end(body);
});

/** The page's own address, as a browser tells it. @param {string} root */
const setBase = (root) => Object.assign(globalThis, { document: { baseURI: root } });

beforeAll(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  setBase(`http://127.0.0.1:${port}/`);
});

afterAll(() => {
  server.close();
});

/** @param {Promise<unknown>} promise @returns {Promise<ApiError>} */
const failure = (promise) =>
  promise.then(
    () => Promise.reject(new Error('no failure')),
    (error) => error,
  );

test('an answer is parsed', async () => {
  expect(await getProject('MOB-01')).toEqual({ id: 'MOB-01' });
});

test('a problem carries its code and both languages', async () => {
  const error = await failure(getProject('NO-1'));
  expect(error).toBeInstanceOf(ApiError);
  expect([error.code, error.status]).toEqual(['not-found', 404]);
  expect(error.details).toEqual({ th: 'ไม่มีโครงการนี้', en: 'There is no such project.' });
});

test('a failure that is not a problem still says what happened in both languages', async () => {
  const error = await failure(getJson('broken'));
  expect(error.code).toBe('http-502');
  expect(error.details.en).toContain('HTTP 502');
  expect(error.details.th).toContain('HTTP 502');
});

test('no answer at all is a network failure', async () => {
  const error = await failure(getJson('http://127.0.0.1:9/nothing'));
  expect([error.code, error.status]).toEqual(['network', 0]);
});

test('addresses stay below the path the page is served from', () => {
  const before = document.baseURI;
  setBase('http://example.test/twin/');
  expect(address('api/search', { q: 'ป่าตอง', limit: 5, none: null, empty: '' })).toBe(
    `http://example.test/twin/api/search?q=${encodeURIComponent('ป่าตอง')}&limit=5`,
  );
  setBase(before);
});

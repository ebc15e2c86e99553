import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChangeStream, gathered, whileSeen } from '../src/changes.js';

const ANYTHING = { layer: null, boxes: null };
const START = Date.UTC(2026, 5, 1);

/** As a browser has it, with the server's part played by the test. */
class FakeSource extends EventTarget {
  /** @type {FakeSource[]} */
  static made = [];

  /** @param {string} url */
  constructor(url) {
    super();
    this.url = url;
    this.readyState = 0;
    FakeSource.made.push(this);
  }

  /** @param {string} type @param {unknown} told */
  send(type, told) {
    this.readyState = 1;
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(told) }));
  }

  /** @param {0 | 2} readyState 0: the browser tries again; 2: it gave up */
  fail(readyState) {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }

  close() {
    this.readyState = 2;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: START });
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.made = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function listen() {
  /** @type {import('../src/changes.js').Change[]} */
  const told = [];
  const stream = new ChangeStream('tiles/changes', START, (change) => told.push(change));
  stream.open();
  return { stream, told, source: () => /** @type {FakeSource} */ (FakeSource.made.at(-1)) };
}

test('changes are told as they come', () => {
  const { told, source } = listen();
  source().send('hello', { quiet_s: 3600 });
  const change = { layer: 'facility', boxes: [[98.3, 7.8, 98.3, 7.8]] };
  source().send('change', change);
  expect(told).toEqual([change]);
});

test('what changed while the page was loading is told at the first hello', () => {
  const { told, source } = listen();
  vi.setSystemTime(START + 2_000);
  source().send('hello', { quiet_s: 1 });
  expect(told).toEqual([ANYTHING]);
});

test('a connection made anew tells that anything may have changed, but only if something has', () => {
  const { told, source } = listen();
  source().send('hello', { quiet_s: 3600 });
  source().fail(0);
  vi.setSystemTime(START + 60_000);
  source().send('hello', { quiet_s: 3660 });
  expect(told).toEqual([]);
  source().fail(0);
  vi.setSystemTime(START + 120_000);
  source().send('hello', { quiet_s: 30 });
  expect(told).toEqual([ANYTHING]);
  expect(FakeSource.made).toHaveLength(1);
});

test('a server that does not say how long it was quiet may have changed', () => {
  const { told, source } = listen();
  source().send('hello', {});
  expect(told).toEqual([ANYTHING]);
});

test('a refused stream is asked for again, each time later, and soon again after a success', () => {
  const { source } = listen();
  const opened = (/** @type {number} */ after_s) => {
    const before = FakeSource.made.length;
    vi.advanceTimersByTime(after_s * 1000);
    return FakeSource.made.length - before;
  };
  source().fail(2);
  expect([opened(29), opened(17)]).toEqual([0, 1]);
  source().fail(2);
  expect([opened(59), opened(32)]).toEqual([0, 1]);
  source().send('hello', {});
  source().fail(2);
  expect([opened(29), opened(17)]).toEqual([0, 1]);
});

test('a closed stream stays closed, also where it was about to be asked for again', () => {
  const { stream, source } = listen();
  source().fail(2);
  stream.close();
  vi.advanceTimersByTime(3_600_000);
  expect(FakeSource.made).toHaveLength(1);
  stream.open();
  stream.open();
  expect(FakeSource.made).toHaveLength(2);
  stream.close();
  expect(source().readyState).toBe(2);
});

test('the stream is open while the page is seen', () => {
  const calls = /** @type {string[]} */ ([]);
  let seen = 'hidden';
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => /** @type {any} */ (seen));
  whileSeen({ open: () => calls.push('open'), close: () => calls.push('close') });
  seen = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  dispatchEvent(new Event('pagehide'));
  dispatchEvent(new Event('pageshow'));
  expect(calls).toEqual(['close', 'open', 'close', 'open']);
});

test('what comes within a while is handed on together', () => {
  const delivered = /** @type {number[][]} */ ([]);
  const gather = gathered(200, (/** @type {number[]} */ all) => delivered.push(all));
  gather(1);
  vi.advanceTimersByTime(150);
  gather(2);
  vi.advanceTimersByTime(50);
  gather(3);
  vi.advanceTimersByTime(200);
  expect(delivered).toEqual([[1, 2], [3]]);
});

import { expect, test } from 'vitest';
import { createStore, DEFAULT_VIEW, NO_DATA } from '../src/state.js';

const start = () => createStore({ ...DEFAULT_VIEW, ...NO_DATA });

test('changes of one turn are told once, with what was before', async () => {
  const store = start();
  /** @type {unknown[]} */
  const told = [];
  store.subscribe((state, before, remember) =>
    told.push([before.lang, state.lang, state.era, remember]),
  );
  store.set({ lang: 'en' });
  store.set({ era: 'ce' }, 'replace');
  expect(store.get().lang).toBe('en');
  await Promise.resolve();
  expect(told).toEqual([['th', 'en', 'ce', 'push']]);
});

test('a passing change does not enter the history', async () => {
  const store = start();
  /** @type {string[]} */
  const told = [];
  store.subscribe((_state, _before, remember) => told.push(remember));
  store.set({ sheet: true }, 'none');
  await Promise.resolve();
  store.set({ q: 'a' }, 'replace');
  await Promise.resolve();
  expect(told).toEqual(['none', 'replace']);
});

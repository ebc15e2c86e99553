import { render } from 'lit-html';
import { expect, test } from 'vitest';
import { SearchBox, searchBox } from '../src/panels/search.js';
import { createUi } from '../src/panels/ui.js';
import { DEFAULT_VIEW, NO_DATA } from '../src/state.js';

/** @param {import('../src/types.js').Text} names */
function secondLine(names) {
  const box = new SearchBox(() => {});
  const details = { th: 'โรงพยาบาล', en: 'Hospital' };
  /** @type {any} */
  const found = { kind: 'facility', id: '1', names, details, point: [98.3, 7.9] };
  box.set({ text: 'Pa', phase: 'open', results: [found] });
  const ui = createUi({ ...DEFAULT_VIEW, ...NO_DATA }, /** @type {any} */ ({}));
  const root = document.createElement('div');
  render(searchBox(ui, box), root);
  return root.querySelector('.second')?.textContent?.replace(/\s+/g, ' ').trim();
}

test('a result tells its name in the other language and what it is', () => {
  expect(secondLine({ th: 'โรงพยาบาลป่าตอง', en: 'Patong Hospital' })).toBe(
    'Patong Hospital · โรงพยาบาล',
  );
});

test('a name that is the same in both languages is told once', () => {
  expect(secondLine({ th: 'Patong Hospital', en: 'Patong Hospital' })).toBe('โรงพยาบาล');
});

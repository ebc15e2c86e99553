import { expect, test } from 'vitest';
import {
  formatBaht,
  formatDate,
  formatDistance,
  formatNumber,
  formatPoint,
  formatYears,
} from '../src/format.js';

test('numbers have thousands marks and Arabic digits in both languages', () => {
  expect(formatNumber('th', 1234567)).toBe('1,234,567');
  expect(formatNumber('en', 0.456, 1)).toBe('0.5');
});

test.each([
  ['th', 40_000_000, '40 ล้านบาท'],
  ['en', 40_000_000, '40 million baht'],
  ['en', 35_200_000_000, '35,200 million baht'],
  ['th', 25_250_000, '25.25 ล้านบาท'],
  ['en', 999_999, '999,999 baht'],
  ['th', 0, '0 บาท'],
])('%s %d baht is %s', (lang, baht, expected) => {
  expect(formatBaht(/** @type {'th' | 'en'} */ (lang), baht)).toBe(expected);
});

test('distances change to kilometres from a thousand metres', () => {
  expect(formatDistance('th', 999)).toBe('999 ม.');
  expect(formatDistance('en', 1250)).toBe('1.3 km');
});

test('years and spans of years follow the era', () => {
  expect(formatYears('th', 'be', '2021')).toBe('พ.ศ. 2564');
  expect(formatYears('en', 'be', '2022-2023')).toBe('BE 2565–2566');
  expect(formatYears('en', 'ce', '2022-2023')).toBe('CE 2022–2023');
});

test('days follow language and era, whatever the time zone', () => {
  expect(formatDate('th', 'be', '2022-01-21')).toBe('21 ม.ค. พ.ศ. 2565');
  expect(formatDate('th', 'ce', '2022-01-21')).toBe('21 ม.ค. ค.ศ. 2022');
  expect(formatDate('en', 'be', '2022-12-31')).toBe('31 Dec BE 2565');
  expect(formatDate('en', 'ce', '2022-12-31T23:30:00+07:00')).toBe('31 Dec CE 2022');
});

test('a place on earth shows latitude first', () => {
  expect(formatPoint([98.30134, 7.89569])).toBe('7.89569°N 98.30134°E');
});

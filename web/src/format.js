/** Numbers, money, distances and dates for people, in either language and era. */

import { translate } from './i18n/index.js';

/** @typedef {import('./types.js').Lang} Lang */
/** @typedef {import('./types.js').Era} Era */

const BUDDHIST_OFFSET = 543;
const LOCALES = { th: 'th-TH', en: 'en-GB' };
const CALENDARS = { be: 'buddhist', ce: 'gregory' };

/**
 * @param {Lang} lang
 * @param {number} value
 * @param {number} [digits] most digits after the point
 */
export function formatNumber(lang, value, digits = 0) {
  const options = { maximumFractionDigits: digits, numberingSystem: 'latn' };
  return new Intl.NumberFormat(LOCALES[lang], options).format(value);
}

/**
 * Money with its unit; from a million upwards in millions.
 * @param {Lang} lang
 * @param {number} baht
 */
export function formatBaht(lang, baht) {
  if (baht < 1e6) return `${formatNumber(lang, baht)} ${translate(lang, 'unit.baht')}`;
  return `${formatNumber(lang, baht / 1e6, 2)} ${translate(lang, 'unit.millionBaht')}`;
}

/**
 * @param {Lang} lang
 * @param {number} metres
 */
export function formatDistance(lang, metres) {
  if (metres < 1000) return `${formatNumber(lang, metres)} ${translate(lang, 'unit.m')}`;
  return `${formatNumber(lang, metres / 1000, 1)} ${translate(lang, 'unit.km')}`;
}

/**
 * A year, or a span of years such as `2022-2023`, with its era.
 * @param {Lang} lang
 * @param {Era} era
 * @param {string} years Common Era
 */
export function formatYears(lang, era, years) {
  const shift = era === 'be' ? BUDDHIST_OFFSET : 0;
  const shown = years.split('-').map((year) => String(Number(year) + shift));
  return `${translate(lang, `era.${era}`)} ${shown.join('–')}`;
}

/**
 * A day with its era.
 * @param {Lang} lang
 * @param {Era} era
 * @param {string} iso `YYYY-MM-DD`
 */
export function formatDate(lang, era, iso) {
  const calendar = CALENDARS[era];
  const parts = new Intl.DateTimeFormat(LOCALES[lang], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    calendar,
    numberingSystem: 'latn',
    timeZone: 'UTC',
  }).formatToParts(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
  const pick = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value;
  const year = `${translate(lang, `era.${era}`)} ${pick('year')}`;
  return `${pick('day')} ${pick('month')} ${year}`;
}

/**
 * A place on earth.
 * @param {import('./types.js').LonLat} point
 */
export const formatPoint = ([lon, lat]) => `${lat.toFixed(5)}°N ${lon.toFixed(5)}°E`;

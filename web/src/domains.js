/** The seven smart-city domains: colour, ink on that colour, icon and shape of each. */

import bus from '@mapbox/maki/icons/bus.svg?raw';
import bolt from '@mapbox/maki/icons/charging-station.svg?raw';
import college from '@mapbox/maki/icons/college.svg?raw';
import heart from '@mapbox/maki/icons/heart.svg?raw';
import park from '@mapbox/maki/icons/park.svg?raw';
import suitcase from '@mapbox/maki/icons/suitcase.svg?raw';
import townHall from '@mapbox/maki/icons/town-hall.svg?raw';
import { pathsOf } from './icons.js';

const DARK = '#22222b';
const LIGHT = '#ffffff';

/**
 * @typedef {object} Domain
 * @property {string} colour of Tol's "muted" palette
 * @property {string} ink colour of the icon, at least 3:1 on `colour`
 * @property {string} shape outline in a box of 32 × 32
 * @property {string[]} icon paths in a box of 15 × 15
 * @property {number} lift icon's offset upwards, so that it sits in the shape's middle
 */

const SHAPES = {
  circle: 'M16 2a14 14 0 1 1 0 28a14 14 0 1 1 0-28z',
  square: 'M7 3h18a4 4 0 0 1 4 4v18a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z',
  diamond: 'M16 1.2L30.8 16 16 30.8 1.2 16z',
  pentagon: 'M16 1.5L31 12.4 25.3 30H6.7L1 12.4z',
  shield: 'M3.5 3h25v14.5L16 31 3.5 17.5z',
  triangle: 'M16 1L31.5 29.5H.5z',
  hexagon: 'M8.5 3h15L31 16l-7.5 13h-15L1 16z',
};

/**
 * @param {string} colour
 * @param {string} ink
 * @param {keyof typeof SHAPES} shape
 * @param {string} svg
 * @param {number} [lift]
 * @returns {Domain}
 */
const domain = (colour, ink, shape, svg, lift = 0) => ({
  colour,
  ink,
  shape: SHAPES[shape],
  icon: pathsOf(svg),
  lift,
});

/** @type {Record<string, Domain>} */
export const DOMAINS = {
  environment: domain('#117733', LIGHT, 'circle', park),
  economy: domain('#CC6677', DARK, 'square', suitcase),
  energy: domain('#DDCC77', DARK, 'diamond', bolt),
  government: domain('#332288', LIGHT, 'pentagon', townHall, -1),
  living: domain('#882255', LIGHT, 'shield', heart, 1.5),
  mobility: domain('#88CCEE', DARK, 'hexagon', bus),
  people: domain('#44AA99', DARK, 'triangle', college, -4),
};

export const DOMAIN_IDS = Object.keys(DOMAINS);

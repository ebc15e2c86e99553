/** Which tiles draw something of an extent: the same sum as the server's. */

/**
 * @typedef {import('../types.js').BBox} BBox
 * @typedef {{ z: number, x: number, y: number }} Zxy
 */

/** How far beyond its side a tile still draws, in sides; one of 4096 units is for rounding. */
const MARGIN = 65 / 4096;
const MAX_LATITUDE = 85.0511287798;

/** @param {number} lon @returns {number} from 0 in the west to 1 in the east */
const across = (lon) => (lon + 180) / 360;

/** @param {number} lat @returns {number} from 0 in the north to 1 in the south */
function down(lat) {
  const held = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  return (1 - Math.asinh(Math.tan((held * Math.PI) / 180)) / Math.PI) / 2;
}

/**
 * @param {Zxy} tile
 * @param {BBox[]} boxes degrees
 * @returns {boolean} whether the tile or its margin meets one of them
 */
export function isTouched({ z, x, y }, boxes) {
  const tiles = 2 ** z;
  return boxes.some(
    ([west, south, east, north]) =>
      across(west) * tiles - MARGIN < x + 1 &&
      across(east) * tiles + MARGIN >= x &&
      down(north) * tiles - MARGIN < y + 1 &&
      down(south) * tiles + MARGIN >= y,
  );
}

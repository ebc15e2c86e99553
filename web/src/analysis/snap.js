/** Putting a pin on a street. */

/**
 * A place on a piece of street: how far along it, 0 to 1, and metres between it and the street.
 * @typedef {{ piece: number, fraction: number, offset: number }} Place
 * @typedef {import('./network.js').Network} Network
 */

/**
 * The nearest street, its line simplified by a metre; null where none is within `max` metres.
 * @param {Network} network
 * @param {number} lon degrees
 * @param {number} lat
 * @returns {Place | null}
 */
export function snap({ about, lineStart, lineLon, lineLat }, lon, lat, max = 250) {
  const unit = about.unit_degrees;
  const [kx, ky] = metresPerDegree(lat).map((metres) => metres * unit);
  const x = metresFrom(lineLon, lon / unit, kx);
  const y = metresFrom(lineLat, lat / unit, ky);
  let [best, least] = [-1, max * max];
  for (let piece = 0; piece < lineStart.length - 1; piece++) {
    for (let at = lineStart[piece]; at < lineStart[piece + 1] - 1; at++) {
      const share = shareOf(x[at], y[at], x[at + 1], y[at + 1]);
      const px = x[at] + share * (x[at + 1] - x[at]);
      const py = y[at] + share * (y[at + 1] - y[at]);
      const gap = px * px + py * py;
      if (gap < least || (best < 0 && gap === least)) [best, least] = [piece, gap];
    }
  }
  if (best < 0) return null;
  const [from, to] = [lineStart[best], lineStart[best + 1]];
  return { piece: best, ...nearestOn(x.subarray(from, to), y.subarray(from, to)) };
}

/**
 * @param {Int32Array} places
 * @param {number} pin
 * @param {number} scale metres a unit
 */
function metresFrom(places, pin, scale) {
  const metres = new Float64Array(places.length);
  for (let at = 0; at < places.length; at++) metres[at] = (places[at] - pin) * scale;
  return metres;
}

/**
 * How far along a straight part, 0 to 1, its point nearest to 0, 0 is.
 * @param {number} ax
 * @param {number} ay
 * @param {number} bx
 * @param {number} by
 */
function shareOf(ax, ay, bx, by) {
  const [dx, dy] = [bx - ax, by - ay];
  const share = -(ax * dx + ay * dy) / (dx * dx + dy * dy) || 0;
  return Math.min(Math.max(share, 0), 1);
}

/**
 * The point of a line that is nearest to 0, 0.
 * @param {Float64Array} x metres
 * @param {Float64Array} y
 */
function nearestOn(x, y) {
  let [offset, before, whole] = [Infinity, 0, 0];
  for (let at = 0; at < x.length - 1; at++) {
    const share = shareOf(x[at], y[at], x[at + 1], y[at + 1]);
    const [dx, dy] = [x[at + 1] - x[at], y[at + 1] - y[at]];
    const gap = Math.hypot(x[at] + share * dx, y[at] + share * dy);
    const length = Math.hypot(dx, dy);
    if (gap < offset) [offset, before] = [gap, whole + share * length];
    whole += length;
  }
  return { fraction: whole > 0 ? before / whole : 0, offset };
}

/** @param {number} lat degrees; WGS 84, to a centimetre in a kilometre */
function metresPerDegree(lat) {
  const angle = (lat * Math.PI) / 180;
  return [
    111_412.84 * Math.cos(angle) - 93.5 * Math.cos(3 * angle),
    111_132.95 - 559.82 * Math.cos(2 * angle) + 1.18 * Math.cos(4 * angle),
  ];
}

/**
 * Who is served when a pin is dragged, without asking the server: Dijkstra on typed arrays.
 *
 * @example
 * const place = snap(network, 98.388, 7.884);
 * const seconds = place ? reach(network, demand, [place]) : null;
 * if (seconds) console.log(count(demand, seconds, 600).served, 'people within 10 minutes');
 */

import { Heap } from './heap.js';
import { NO_AREA, NO_PIECE } from './network.js';

/**
 * A place on a piece of street: how far along it, 0 to 1, and metres between it and the street.
 * @typedef {{ piece: number, fraction: number, offset: number }} Place
 * @typedef {'to' | 'from'} Direction people travel to the place, or the service from it to them
 * @typedef {import('./network.js').Network} Network
 * @typedef {import('./network.js').Demand} Demand
 */

const M_S_TO_KMH = 3.6;

/**
 * The nearest street, each piece taken as straight, which is near enough while a pin is dragged;
 * null where none is within `max` metres.
 * @param {Network} network
 * @param {number} lon degrees
 * @param {number} lat
 * @returns {Place | null}
 */
export function snap({ about, lon: xs, lat: ys, first, second }, lon, lat, max = 250) {
  const unit = about.unit_degrees;
  const [kx, ky] = metresPerDegree(lat).map((metres) => metres * unit);
  /** @type {Place | null} */
  let best = null;
  let least = max;
  for (let piece = 0; piece < first.length; piece++) {
    const [a, b] = [first[piece], second[piece]];
    const [x, y] = [(lon / unit - xs[a]) * kx, (lat / unit - ys[a]) * ky];
    const [dx, dy] = [(xs[b] - xs[a]) * kx, (ys[b] - ys[a]) * ky];
    const share = (x * dx + y * dy) / (dx * dx + dy * dy) || 0;
    const fraction = Math.min(Math.max(share, 0), 1);
    const offset = Math.hypot(x - fraction * dx, y - fraction * dy);
    if (offset > least || (best && offset === least)) continue;
    [least, best] = [offset, { piece, fraction, offset }];
  }
  return best;
}

/** @param {number} lat degrees; WGS 84, to a centimetre in a kilometre */
function metresPerDegree(lat) {
  const angle = (lat * Math.PI) / 180;
  return [
    111_412.84 * Math.cos(angle) - 93.5 * Math.cos(3 * angle),
    111_132.95 - 559.82 * Math.cos(2 * angle) + 1.18 * Math.cos(4 * angle),
  ];
}

/**
 * Seconds between each node and the nearest place, infinite beyond `limit`.
 * @param {Network} network
 * @param {Place[]} places
 * @param {{ direction?: Direction, limit?: number }} [options]
 */
export function search(network, places, { direction = 'to', limit = Infinity } = {}) {
  const { start, first, second, endStart, ending } = network;
  const [out, back] = costs(network, direction);
  const heap = new Heap(network.lon.length, 2 * (first.length + places.length), limit);
  for (const { piece, fraction, offset } of places) {
    const access = offset * walk(network);
    heap.offer(second[piece], part(1 - fraction, out[piece]) + access);
    heap.offer(first[piece], part(fraction, back[piece]) + access);
  }
  for (let node = heap.take(); node >= 0; node = heap.take()) {
    const sofar = heap.least[node];
    for (let piece = start[node]; piece < start[node + 1]; piece++) {
      heap.offer(second[piece], sofar + out[piece]);
    }
    for (let at = endStart[node]; at < endStart[node + 1]; at++) {
      heap.offer(first[ending[at]], sofar + back[ending[at]]);
    }
  }
  return heap.least;
}

/**
 * Seconds between each demand point and the nearest place: infinite where there is no way within
 * `limit`, NaN where no street is near.
 * @param {Network} network
 * @param {Demand} demand
 * @param {Place[]} places
 * @param {{ direction?: Direction, limit?: number }} [options]
 */
export function reach(network, demand, places, options = {}) {
  const { limit = Infinity, direction = 'to' } = options;
  const atNode = search(network, places, options);
  const [out, back] = costs(network, direction);
  const here = new Map(places.map(({ piece }) => [piece, /** @type {Place[]} */ ([])]));
  for (const place of places) here.get(place.piece)?.push(place);
  return Float64Array.from(demand.piece, (piece, point) => {
    if (piece === NO_PIECE) return Number.NaN;
    const fraction = demand.fraction[point];
    let least = Math.min(
      atNode[network.first[piece]] + part(fraction, out[piece]),
      atNode[network.second[piece]] + part(1 - fraction, back[piece]),
    );
    for (const place of here.get(piece) ?? []) {
      const ahead = fraction - place.fraction;
      const ride = ahead > 0 ? ahead * out[piece] : part(-ahead, back[piece]);
      least = Math.min(least, ride + place.offset * walk(network));
    }
    const whole = least + demand.offset[point] * walk(network);
    return whole <= limit ? whole : Infinity;
  });
}

/**
 * People by whether they are served within `limit` seconds, and the served ones by area.
 * @param {Demand} demand
 * @param {Float64Array} seconds of `reach`
 * @param {number} limit
 */
export function count({ weight, area, about }, seconds, limit) {
  const found = { served: 0, unserved: 0, unknown: 0 };
  const areas = new Float64Array(about.areas.codes.length);
  for (let point = 0; point < weight.length; point++) {
    if (Number.isNaN(seconds[point])) found.unknown += weight[point];
    else if (seconds[point] > limit) found.unserved += weight[point];
    else {
      found.served += weight[point];
      if (area[point] !== NO_AREA) areas[area[point]] += weight[point];
    }
  }
  return { ...found, areas };
}

/**
 * What each piece takes away from its first node and back, as a search from the places sees it.
 * @param {Network} network
 * @param {Direction} direction
 */
function costs({ along, against }, direction) {
  return direction === 'from' ? [along, against] : [against, along];
}

/** @param {Network} network whose way between a place and the street takes seconds a metre */
const walk = ({ about }) => M_S_TO_KMH / about.walking_kmh;

/**
 * A share of a time; none of it takes none, even where it is infinite.
 * @param {number} share
 * @param {number} seconds
 */
const part = (share, seconds) => (share > 0 ? share * seconds : 0);

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
 * @typedef {'to' | 'from'} Direction people travel to the place, or the service from it to them
 * @typedef {import('./network.js').Network} Network
 * @typedef {import('./network.js').Demand} Demand
 * @typedef {import('./snap.js').Place} Place
 */

const M_S_TO_KMH = 3.6;

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

/**
 * Streets and people as the browser gets them: `/api/network/{mode}.bin` and
 * `/api/network/{mode}/demand.bin`. docs/network-format.md says what is in the files.
 */

/**
 * @typedef {{ th: string, en: string }} Words
 * @typedef {{ unit_degrees: number, unit_s: number, unit_m: number, walking_kmh: number,
 *   network: string, mode: string, text: Words, source: Words }} About
 * @typedef {{ layer: string, codes: string[], names: Words[] }} Areas
 *
 * @typedef {object} Network Streets that one mode may use.
 * @property {About} about
 * @property {Int32Array} lon of nodes, in `unit_degrees`
 * @property {Int32Array} lat
 * @property {Uint32Array} start first piece of street of each node, and the number of pieces
 * @property {Uint32Array} first node that each piece begins at
 * @property {Uint32Array} second node that it ends at
 * @property {Float64Array} along seconds from its first node to its second; infinite: closed
 * @property {Float64Array} against seconds the other way
 * @property {Float64Array} length metres
 * @property {Uint32Array} endStart as `start`, into `ending`
 * @property {Uint32Array} ending pieces by the node that they end at
 *
 * @typedef {object} Demand People at points on the streets of a network.
 * @property {About & { areas: Areas }} about
 * @property {Uint32Array} piece `NO_PIECE` where no street is near
 * @property {Float64Array} fraction how far along it, 0 to 1
 * @property {Float64Array} offset metres between the point and the street
 * @property {Float32Array} weight people
 * @property {Uint16Array} area row of `about.areas`, `NO_AREA` outside all
 */

export const NO_PIECE = 0xffffffff;
export const NO_AREA = 0xffff;

const MAGIC = 'TWINARR\n';
const VERSION = 1;
const HEAD_BYTES = 16;
const TYPES = {
  Uint16: Uint16Array,
  Uint32: Uint32Array,
  Int32: Int32Array,
  Float32: Float32Array,
};

/**
 * What a file says of itself, and its arrays, read in place.
 * @param {ArrayBuffer} buffer
 * @param {string} kind
 * @returns {{ about: any, arrays: Record<string, any> }}
 */
function open(buffer, kind) {
  const text = new TextDecoder();
  const magic = text.decode(new Uint8Array(buffer, 0, MAGIC.length));
  const [version, size] = new Uint32Array(buffer, MAGIC.length, 2);
  if (magic !== MAGIC || version !== VERSION) throw new Error('not a file of this version');
  const about = JSON.parse(text.decode(new Uint8Array(buffer, HEAD_BYTES, size)));
  if (about.kind !== kind) throw new Error(`a file of kind ${about.kind}, not ${kind}`);
  /** @type {[string, [keyof typeof TYPES, number, number]][]} */
  const listed = Object.entries(about.arrays);
  const arrays = listed.map(([name, [type, offset, count]]) => {
    return [name, new TYPES[type](buffer, HEAD_BYTES + size + offset, count)];
  });
  return { about, arrays: Object.fromEntries(arrays) };
}

/**
 * Whole units as numbers, the greatest that fits as infinite.
 * @param {Uint16Array | Uint32Array} values
 * @param {number} unit
 */
function measures(values, unit) {
  const none = 2 ** (8 * values.BYTES_PER_ELEMENT) - 1;
  return Float64Array.from(values, (value) => (value === none ? Infinity : value * unit));
}

/**
 * Read streets.
 * @param {ArrayBuffer} buffer
 * @returns {Network}
 * @example
 * const network = openNetwork(await (await fetch('/api/network/car.bin')).arrayBuffer());
 */
export function openNetwork(buffer) {
  const { about, arrays } = open(buffer, 'network');
  const { lon, lat, start, second } = arrays;
  const first = new Uint32Array(second.length);
  for (let node = 0; node < lon.length; node++) first.fill(node, start[node], start[node + 1]);
  const along = measures(arrays.along, about.unit_s);
  const against = measures(arrays.against, about.unit_s);
  const length = measures(arrays.length, about.unit_m);
  const ends = byEnd(second, lon.length);
  return { about, lon, lat, start, first, second, along, against, length, ...ends };
}

/**
 * @param {Uint32Array} second
 * @param {number} nodes
 */
function byEnd(second, nodes) {
  const endStart = new Uint32Array(nodes + 1);
  for (const node of second) endStart[node + 1]++;
  for (let node = 0; node < nodes; node++) endStart[node + 1] += endStart[node];
  const [next, ending] = [endStart.slice(), new Uint32Array(second.length)];
  for (let piece = 0; piece < second.length; piece++) ending[next[second[piece]]++] = piece;
  return { endStart, ending };
}

/**
 * Read who needs a service.
 * @param {ArrayBuffer} buffer
 * @param {Network} network whose pieces it names
 * @returns {Demand}
 */
export function openDemand(buffer, network) {
  const { about, arrays } = open(buffer, 'demand');
  if (about.network !== network.about.network || about.mode !== network.about.mode) {
    throw new Error('people on other streets than these: get both files again');
  }
  const fraction = Float64Array.from(arrays.fraction, (whole) => whole * about.unit_fraction);
  const { piece, weight, area } = arrays;
  return { about, piece, fraction, offset: measures(arrays.offset, about.unit_m), weight, area };
}

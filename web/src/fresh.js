/** Keeps what the page shows as it is in the database, without reloading the page. */

import { address } from './api.js';
import { ChangeStream, gathered, whileSeen } from './changes.js';
import { BASE_LAYERS, collectionsOf, PROJECT_LAYER, tilesetOf } from './layers/catalogue.js';
import { refreshAreas, refreshCatalogue, refreshProjects } from './loaders.js';

/**
 * @typedef {import('./changes.js').Change} Change
 * @typedef {import('./types.js').BBox} BBox
 * @typedef {import('./types.js').State} State
 */

/** An edit of many rows comes as many changes; loading layers, as one a layer. Milliseconds. */
const TILES_WAIT = 200;
const ANSWERS_WAIT = 1_000;

/** @param {State} state @param {string} layer */
function drawnFrom(state, layer) {
  const known = collectionsOf(state).find(({ id }) => id === layer);
  if (known) return tilesetOf(known);
  return BASE_LAYERS.includes(layer) ? 'base' : layer;
}

/**
 * What changed of each tileset or raster: boxes, or null where it is all of it.
 * @param {State} state
 * @param {Change[]} changes
 * @returns {Map<string, BBox[] | null> | null} null: everything
 */
export function byTileset(state, changes) {
  /** @type {Map<string, BBox[] | null>} */
  const changed = new Map();
  for (const { layer, boxes } of changes) {
    if (layer === null) return null;
    const tileset = drawnFrom(state, layer);
    const before = changed.get(tileset);
    changed.set(tileset, before === null || boxes === null ? null : [...(before ?? []), ...boxes]);
  }
  return changed;
}

/**
 * Fetch again what else a change is in.
 * @param {import('./state.js').Store} store
 * @param {Change[]} changes
 */
function refreshAnswers(store, changes) {
  const is = (/** @type {string} */ id) =>
    changes.some(({ layer }) => layer === id || layer === null);
  if (changes.some(({ boxes }) => boxes === null)) refreshCatalogue(store);
  if (is(PROJECT_LAYER)) refreshProjects(store);
  if (is('population')) refreshAreas(store);
}

/**
 * Follow the changes from now on.
 * @param {import('./state.js').Store} store
 * @param {import('./map/index.js').TwinMap} map
 * @param {import('./actions.js').Actions} actions
 */
export function keepFresh(store, map, actions) {
  const renew = gathered(TILES_WAIT, (/** @type {Change[]} */ changes) => {
    map.renew(byTileset(store.get(), changes));
    if (store.get().tileError && changes.some(({ layer }) => !layer)) actions.retryTiles();
  });
  const refresh = gathered(ANSWERS_WAIT, (/** @type {Change[]} */ changes) =>
    refreshAnswers(store, changes),
  );
  const stream = new ChangeStream(address('tiles/changes'), performance.timeOrigin, (change) => {
    renew(change);
    if (change.boxes === null || change.layer === PROJECT_LAYER) refresh(change);
  });
  whileSeen(stream);
}

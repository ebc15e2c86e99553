/** What the catalogue says about layers: which are shown, and how far they can be trusted. */

/**
 * @typedef {import('../types.js').Collection} Collection
 * @typedef {import('../types.js').Catalogue} Catalogue
 * @typedef {import('../types.js').State} State
 */

/** Layers of the base map, in the order they are drawn. */
export const BASE_LAYERS = ['land', 'waterway', 'tambon', 'amphoe', 'road'];

/** The project register is shown like a layer, under this name. */
export const PROJECT_LAYER = 'project_site';

const DEFAULT_LAYERS = [...BASE_LAYERS, PROJECT_LAYER];

/** @param {State} state */
export const visibleIds = (state) => state.layers ?? DEFAULT_LAYERS;

/**
 * @param {State} state
 * @param {string} id
 */
export const isVisible = (state, id) => visibleIds(state).includes(id);

/**
 * The visible layers after one was switched; null where that is the default again.
 * @param {State} state
 * @param {string} id
 * @returns {string[] | null}
 */
export function toggled(state, id) {
  const ids = visibleIds(state);
  const next = ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id];
  const isDefault =
    next.length === DEFAULT_LAYERS.length && DEFAULT_LAYERS.every((one) => next.includes(one));
  return isDefault ? null : next;
}

/** @param {State} state @returns {Collection[]} */
export const collectionsOf = ({ catalogue }) =>
  catalogue.status === 'ready' ? catalogue.value.collections : [];

/** The tileset, or the raster, that a layer is drawn from. @param {Collection} collection */
export const tilesetOf = ({ id, kind, tileset }) => (kind === 'raster' ? id : (tileset ?? id));

/** @param {State} state @returns {Collection[]} visible ones, in the catalogue's order */
export const visibleCollections = (state) =>
  collectionsOf(state).filter(({ id }) => isVisible(state, id));

/** @param {State} state @returns {Collection[]} visible ones drawn over the base map */
export const visibleOverlays = (state) =>
  visibleCollections(state).filter(
    ({ id, kind }) => kind !== 'table' && !BASE_LAYERS.includes(id) && id !== PROJECT_LAYER,
  );

/** Told apart from the features at a point: the areas it lies in, and the ground itself. */
const GROUND = ['land', 'province', 'amphoe', 'tambon', PROJECT_LAYER];

/**
 * Ids of the vector layers that a question about a point goes to.
 * @param {State} state
 * @returns {string[]}
 */
export const askableIds = (state) =>
  visibleCollections(state)
    .filter(({ id, kind }) => kind === 'vector' && !GROUND.includes(id))
    .map(({ id }) => id);

/**
 * The visible layers that are not what they seem, by kind of doubt.
 * @param {State} state
 */
export function doubtful(state) {
  const visible = visibleCollections(state);
  const of = (/** @type {string} */ kind) =>
    visible.filter(({ provenance }) => provenance === kind);
  return { synthetic: of('synthetic'), approximate: of('approximate') };
}

/**
 * The layers that can be switched, by theme, in the catalogue's order.
 * @param {Catalogue} catalogue
 */
export function byTheme({ collections, themes }) {
  return themes
    .map((theme) => ({ theme, members: collections.filter((one) => one.theme === theme.id) }))
    .filter(({ members }) => members.length > 0);
}

/** Everything a person can do on the page; each act is one change of the store. */

import { NO_FILTERS } from './filters.js';
import { collectionsOf, toggled } from './layers/catalogue.js';
import * as loaders from './loaders.js';

/**
 * @typedef {ReturnType<typeof createActions>} Actions
 * @typedef {import('./types.js').LonLat} LonLat
 * @typedef {'domain' | 'phase' | 'status' | 'confidence'} ListFilter
 */

/**
 * @param {import('./state.js').Store} store
 * @param {() => import('./map/index.js').TwinMap} map
 */
export function createActions(store, map) {
  return {
    ...viewActions(store),
    ...filterActions(store),
    ...cardActions(store, map),
    ...loadActions(store, map),
  };
}

/** @param {import('./state.js').Store} store */
function viewActions(store) {
  return {
    /** @param {Partial<import('./state.js').State>} patch */
    show: (patch) => store.set(patch),
    toggleTable: () => store.set({ table: !store.get().table }),
    toggleSheet: () => store.set({ sheet: !store.get().sheet }, 'none'),
    /** @param {string} id */
    toggleLayer: (id) => store.set({ layers: toggled(store.get(), id) }),
    defaultLayers: () => store.set({ layers: null }),
  };
}

/** @param {import('./state.js').Store} store */
function filterActions(store) {
  return {
    /** @param {ListFilter} facet @param {string} value */
    toggleFilter(facet, value) {
      const chosen = store.get()[facet];
      const next = chosen.includes(value)
        ? chosen.filter((one) => one !== value)
        : [...chosen, value];
      store.set({ [facet]: next });
    },
    /** @param {'q' | 'agency' | 'amphoe' | 'tambon'} key @param {string} value */
    setFilter: (key, value) => store.set({ [key]: value }, key === 'q' ? 'replace' : 'push'),
    clearFilters: () => store.set({ ...NO_FILTERS }),
  };
}

/**
 * @param {import('./state.js').Store} store
 * @param {() => import('./map/index.js').TwinMap} map
 */
function cardActions(store, map) {
  /** @param {LonLat} at */
  const pick = (at) => store.set({ at, project: null, identified: { status: 'idle' } });
  /** @param {string} code */
  const openProject = (code) => {
    store.set({ project: code, at: null, card: { status: 'idle' }, sheet: false });
    const { projects } = store.get();
    const known = projects.status === 'ready' ? projects.value : [];
    const feature = known.find(({ id }) => id === code);
    if (feature) map().reveal(feature);
  };
  return {
    pick,
    openProject,
    closeCard: () => store.set({ project: null, at: null }),
    /** @param {LonLat} point */
    goTo: (point) => map().goTo(point),
    /** @param {import('./types.js').Geometry | null} geometry */
    outline: (geometry) => map().highlight.geometry(geometry),
    /** @param {import('./types.js').Found} found */
    openFound({ kind, id, point, bbox }) {
      if (kind === 'project') return openProject(id);
      if (bbox && bbox[0] !== bbox[2]) map().fit(bbox);
      else if (point) map().goTo(point);
      return point ? pick(point) : undefined;
    },
  };
}

/**
 * @param {import('./state.js').Store} store
 * @param {() => import('./map/index.js').TwinMap} map
 */
function loadActions(store, map) {
  return {
    loadCatalogue: () => loaders.loadCatalogue(store),
    loadProjects: () => loaders.loadProjects(store),
    /** Projects whose shapes cover the point asked about. */
    projectsHere() {
      const { projects, at } = store.get();
      return projects.status === 'ready' && at ? map().projectsAt(projects.value, at) : [];
    },
    retryTiles() {
      store.set({ tileError: null }, 'none');
      map().retryTiles();
      if (collectionsOf(store.get()).length === 0) loaders.loadAll(store);
    },
  };
}

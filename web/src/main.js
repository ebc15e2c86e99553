/** The page: store, map and panels, put together. */

import './styles/index.css';
import { createActions } from './actions.js';
import { keepFresh } from './fresh.js';
import { isVisible } from './layers/catalogue.js';
import { followView, loadAll } from './loaders.js';
import { TwinMap } from './map/index.js';
import { createPage } from './page.js';
import { createStore, NO_DATA } from './state.js';
import { readView, syncUrl } from './url.js';

/** Say that the map stands, to whoever measures or waits. */
function markDrawn() {
  performance.mark('map-drawn');
  document.documentElement.dataset.map = 'drawn';
  store.set({ isDrawn: true }, 'none');
  keepFresh(store, map, actions);
}

const store = createStore({ ...NO_DATA, ...readView(location.search) });
const { lang, view } = store.get();

/** @type {TwinMap} */
const map = new TwinMap(
  /** @type {HTMLElement} */ (document.getElementById('map')),
  { camera: view, lang, isBaseVisible: (id) => isVisible(store.get(), id) },
  {
    onPick: (at) => actions.pick(at),
    onChoose: (code) => actions.openProject(code),
    onMove: (camera, bounds) => store.set({ view: camera, bounds }, 'replace'),
    onTileError: (tileError) => store.set({ tileError }, 'none'),
    onFerry: () => store.get().hasFerries || store.set({ hasFerries: true }, 'none'),
    onDrawn: markDrawn,
  },
);
const actions = createActions(store, () => map);

syncUrl(store);
followView(store, map);
createPage(store, map, actions);
loadAll(store);
store.set({ bounds: map.bounds() }, 'none');

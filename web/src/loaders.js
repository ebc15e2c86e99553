/** What is fetched, and when: each answer, or each failure, goes into the store. */

import {
  ApiError,
  getAreas,
  getCatalogue,
  getProgramme,
  getProject,
  getProjects,
  identify,
} from './api.js';
import { askableIds } from './layers/catalogue.js';

/**
 * @typedef {import('./state.js').Store} Store
 * @typedef {'catalogue' | 'projects' | 'areas' | 'programme' | 'card' | 'identified'} Slot
 */

/**
 * Fill one slot of the store; an answer that is no longer asked for is dropped.
 * @param {Store} store
 * @param {Slot} slot
 * @param {() => Promise<unknown>} fetchValue
 * @param {() => boolean} [isWanted]
 */
async function load(store, slot, fetchValue, isWanted = () => true) {
  store.set({ [slot]: { status: 'loading' } }, 'none');
  try {
    const value = await fetchValue();
    if (isWanted()) store.set({ [slot]: { status: 'ready', value } }, 'none');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (isWanted()) store.set({ [slot]: { status: 'error', error } }, 'none');
  }
}

/** @param {Store} store */
export const loadCatalogue = (store) => load(store, 'catalogue', getCatalogue);

/** @param {Store} store */
export const loadProjects = (store) => load(store, 'projects', getProjects);

/** @param {Store} store */
export function loadAll(store) {
  loadCatalogue(store);
  loadProjects(store);
  load(store, 'programme', getProgramme);
  load(store, 'areas', getAreas);
}

/** @param {Store} store */
function loadCard(store) {
  const code = store.get().project;
  if (code)
    load(
      store,
      'card',
      () => getProject(code),
      () => store.get().project === code,
    );
}

/**
 * @param {Store} store
 * @param {import('./map/index.js').TwinMap} map
 */
function loadIdentified(store, map) {
  const { at } = store.get();
  if (!at) return;
  const ask = () => identify(at, map.pickRadius(at), askableIds(store.get()));
  load(store, 'identified', ask, () => store.get().at === at);
}

/**
 * Fetch what a change of the view calls for.
 * @param {Store} store
 * @param {import('./map/index.js').TwinMap} map
 */
export function followView(store, map) {
  store.subscribe((state, before) => {
    const isOtherProject = state.project !== before.project;
    if (state.project && (isOtherProject || state.card.status === 'idle')) loadCard(store);
    const isOtherPoint = String(state.at) !== String(before.at);
    const isWaiting = isOtherPoint || state.identified.status === 'idle';
    if (state.at && isWaiting && state.catalogue.status !== 'loading') loadIdentified(store, map);
  });
}

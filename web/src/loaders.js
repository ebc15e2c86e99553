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

/** The last request for each slot. @type {Partial<Record<Slot, Promise<unknown>>>} */
const asked = {};

/**
 * Fill one slot of the store; only the last request for it may, whichever answers first.
 * @param {Store} store
 * @param {Slot} slot
 * @param {() => Promise<unknown>} fetchValue
 */
async function load(store, slot, fetchValue) {
  store.set({ [slot]: { status: 'loading' } }, 'none');
  const request = fetchValue();
  asked[slot] = request;
  try {
    const value = await request;
    if (asked[slot] === request) store.set({ [slot]: { status: 'ready', value } }, 'none');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (asked[slot] === request) store.set({ [slot]: { status: 'error', error } }, 'none');
  }
}

/**
 * Fill a slot anew while what it holds is still shown, and goes on being shown where that fails.
 * @param {Store} store
 * @param {Slot} slot
 * @param {() => Promise<unknown>} fetchValue
 */
async function refresh(store, slot, fetchValue) {
  if (store.get()[slot].status !== 'ready') return load(store, slot, fetchValue);
  const request = fetchValue();
  asked[slot] = request;
  try {
    const value = await request;
    if (asked[slot] === request) store.set({ [slot]: { status: 'ready', value } }, 'none');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

/** @param {Store} store */
export const refreshCatalogue = (store) => refresh(store, 'catalogue', getCatalogue);

/** @param {Store} store */
export const refreshProjects = (store) => refresh(store, 'projects', getProjects);

/** @param {Store} store */
export const refreshAreas = (store) => refresh(store, 'areas', getAreas);

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
  if (code) load(store, 'card', () => getProject(code));
}

/**
 * @param {Store} store
 * @param {import('./map/index.js').TwinMap} map
 */
function loadIdentified(store, map) {
  const { at } = store.get();
  if (!at) return;
  load(store, 'identified', () => identify(at, map.pickRadius(at), askableIds(store.get())));
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
    const isOtherChoice = String(state.layers) !== String(before.layers);
    const isWaiting = isOtherPoint || isOtherChoice || state.identified.status === 'idle';
    if (state.at && isWaiting && state.catalogue.status !== 'loading') loadIdentified(store, map);
  });
}

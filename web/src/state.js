/** The one store of the page: what the address bar keeps, and what the API has answered. */

/**
 * @typedef {import('./types.js').LonLat} LonLat
 *
 * @typedef {object} View What the address keeps, by names.
 * @property {import('./types.js').Lang} lang
 * @property {import('./types.js').Era} era
 * @property {{ lon: number, lat: number, zoom: number } | null} view null: the whole province
 * @property {string[]} domain
 * @property {string[]} phase
 * @property {string[]} status
 * @property {string[]} confidence
 * @property {string} agency
 * @property {string} amphoe
 * @property {string} tambon
 * @property {string} q
 * @property {string | null} project code of the open project
 * @property {LonLat | null} at point being identified
 * @property {string[] | null} layers ids of the visible layers; null: the default ones
 * @property {'projects' | 'layers'} panel
 * @property {boolean} table
 * @property {string} sort column of the table, `-` in front for descending
 * @property {boolean} inview table and list show only what the map shows
 *
 * @typedef {object} Data What the API has answered, and what is passing.
 * @property {import('./types.js').Loadable<import('./types.js').Catalogue>} catalogue
 * @property {import('./types.js').Loadable<import('./types.js').ProjectFeature[]>} projects
 * @property {import('./types.js').Loadable<import('./types.js').Areas>} areas
 * @property {import('./types.js').Loadable<any>} programme
 * @property {import('./types.js').Loadable<import('./types.js').ProjectFeature>} card
 * @property {import('./types.js').Loadable<import('./types.js').Identified>} identified
 * @property {import('./api.js').ApiError | null} tileError
 * @property {import('./types.js').BBox | null} bounds what the map shows
 * @property {boolean} isDrawn whether the base map has stood once
 * @property {boolean} hasFerries whether the map has drawn one
 * @property {boolean} sheet phones: whether the bottom sheet is up
 *
 * @typedef {View & Data} State
 * @typedef {'push' | 'replace' | 'none'} Remember how a change enters the history
 * @typedef {ReturnType<typeof createStore>} Store
 */

/** @type {View} */
export const DEFAULT_VIEW = {
  lang: 'th',
  era: 'be',
  view: null,
  domain: [],
  phase: [],
  status: [],
  confidence: [],
  agency: '',
  amphoe: '',
  tambon: '',
  q: '',
  project: null,
  at: null,
  layers: null,
  panel: 'projects',
  table: false,
  sort: 'code',
  inview: false,
};

/** @type {Data} */
export const NO_DATA = {
  catalogue: { status: 'loading' },
  projects: { status: 'loading' },
  areas: { status: 'loading' },
  programme: { status: 'loading' },
  card: { status: 'idle' },
  identified: { status: 'idle' },
  tileError: null,
  bounds: null,
  isDrawn: false,
  hasFerries: false,
  sheet: false,
};

/**
 * Make the store. Listeners are called once after all changes of one turn.
 * @param {State} initial
 * @example
 * const store = createStore({ ...DEFAULT_VIEW, ...NO_DATA });
 * store.subscribe((state, before) => draw(state));
 * store.set({ lang: 'en' });
 */
export function createStore(initial) {
  let state = initial;
  let shown = initial;
  let waiting = false;
  /** @type {((state: State, before: State, remember: Remember) => void)[]} */
  const listeners = [];
  /** @type {Remember} */
  let remember = 'none';

  function tell() {
    const [now, before, how] = [state, shown, remember];
    waiting = false;
    shown = state;
    remember = 'none';
    for (const listener of listeners) listener(now, before, how);
  }

  return {
    get: () => state,
    /**
     * @param {Partial<State>} patch
     * @param {Remember} [how]
     */
    set(patch, how = 'push') {
      state = { ...state, ...patch };
      if (how === 'push' || (how === 'replace' && remember === 'none')) remember = how;
      if (!waiting) queueMicrotask(tell);
      waiting = true;
    },
    /** @param {(state: State, before: State, remember: Remember) => void} listener */
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

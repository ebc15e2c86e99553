/** The map as the rest of the page knows it; nothing outside this folder knows Leaflet. */

import { covers, partsOf } from '../geometry.js';
import { Highlight } from './highlight.js';
import { L } from './leaflet.js';
import { Overlays } from './overlays.js';
import { ProjectLayer } from './project-layer.js';
import { baseRules, redraw, vectorLayer } from './tile-layers.js';
import { addScale, createView, PROVINCE, toBounds } from './view.js';

/**
 * @typedef {import('../types.js').LonLat} LonLat
 * @typedef {import('../types.js').BBox} BBox
 * @typedef {import('../types.js').Collection} Collection
 * @typedef {import('../state.js').View['view']} Camera
 *
 * @typedef {object} MapEvents
 * @property {(point: LonLat) => void} onPick a point asked about
 * @property {(code: string) => void} onChoose a project's symbol was pressed
 * @property {(camera: Camera, bounds: BBox) => void} onMove null: the whole province
 * @property {(error: import('../api.js').ApiError) => void} onTileError
 * @property {() => void} onFerry a ferry is drawn
 * @property {() => void} onDrawn the base map stands for the first time
 */

const PICK_PIXELS = 12;
/** From far away a finger covers half the island; nobody means that. */
const MOST_METRES = 500;
const CLOSE_ZOOM = 15;
const REVEAL_ZOOM = 14;
/** Narrower maps have the card at the bottom. */
const NARROW = 720;
/** What an open card covers: pixels at the right, or a share of the height. */
const CARD_WIDTH = 436;
const CARD_SHARE = 0.62;

/**
 * The island on the screen.
 *
 * @example
 * const map = new TwinMap(element, { camera: null, lang: 'th' }, events);
 * map.showLayers(visible, collections, 'en');
 */
export class TwinMap {
  /**
   * @param {HTMLElement} element
   * @param {{ camera: Camera, lang: import('../types.js').Lang, isBaseVisible: (id: string) => boolean }} start
   * @param {MapEvents} events
   */
  constructor(element, { camera, lang, isBaseVisible }, events) {
    this.events = events;
    this.map = createView(element);
    this.isHome = false;
    this.isHoming = false;
    this.moveTo(camera);
    this.writeScale = addScale(this.map, lang);
    this.baseSignature = '';
    this.base = vectorLayer(
      'base',
      baseRules(isBaseVisible, lang, events.onFerry),
      events.onTileError,
    );
    this.base.once('load', events.onDrawn);
    this.base.addTo(this.map);
    this.overlays = new Overlays(this.map, events.onTileError);
    this.projects = new ProjectLayer(this.map, events.onChoose);
    this.highlight = new Highlight(this.map);
    this.#listen(element);
  }

  /** @param {HTMLElement} element */
  #listen(element) {
    this.map.on('click', ({ latlng }) => this.events.onPick([latlng.lng, latlng.lat]));
    this.map.on('moveend', () => this.events.onMove(this.camera(), this.bounds()));
    this.map.on('movestart', () => {
      this.isHome = this.isHoming;
    });
    this.map.on('home', () => this.moveTo(null));
    element.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.target !== element) return;
      const { lat, lng } = this.map.getCenter();
      this.events.onPick([lng, lat]);
    });
    new ResizeObserver(() => this.#resize()).observe(element);
  }

  #resize() {
    const camera = this.camera();
    this.map.invalidateSize({ pan: false });
    this.moveTo(camera);
  }

  /**
   * Metres on the ground that a finger's width covers at the present zoom.
   * @param {LonLat} point
   */
  pickRadius([lon, lat]) {
    const at = this.map.project([lat, lon]);
    const beside = this.map.unproject([at.x + PICK_PIXELS, at.y]);
    const metres = this.map.distance([lat, lon], beside);
    return Math.max(10, Math.min(MOST_METRES, Math.round(metres)));
  }

  /** @returns {Camera} null while the whole province is shown as at first */
  camera() {
    if (this.isHome) return null;
    const { lat, lng } = this.map.getCenter();
    return { lon: lng, lat, zoom: this.map.getZoom() };
  }

  /** @returns {BBox} */
  bounds() {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  /** @param {Camera} camera null: the whole province */
  moveTo(camera) {
    this.isHoming = camera === null;
    this.isHome = this.isHoming;
    if (camera) this.map.setView([camera.lat, camera.lon], camera.zoom, { animate: false });
    else this.map.fitBounds(toBounds(PROVINCE), { animate: false });
    this.isHoming = false;
  }

  /** @param {LonLat} point */
  goTo([lon, lat]) {
    this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE_ZOOM));
  }

  /** The part of the map that an open card leaves free, as padding in pixels. */
  #free() {
    const { x, y } = this.map.getSize();
    const isWide = x > NARROW;
    const right = isWide ? Math.min(CARD_WIDTH, x / 2) : 24;
    return {
      paddingTopLeft: L.point(24, 24),
      paddingBottomRight: L.point(right, isWide ? 24 : y * CARD_SHARE),
    };
  }

  /**
   * Bring all of a project into the free part of the map, if it is not there.
   * @param {import('../types.js').ProjectFeature} feature
   */
  reveal({ geometry }) {
    const { points, lines, areas } = partsOf(geometry);
    const positions = [...points, ...lines.flat(), ...areas.flat(2)];
    if (positions.length === 0) return;
    const bounds = L.latLngBounds(positions.map(([lon, lat]) => [lat, lon]));
    const { paddingTopLeft, paddingBottomRight } = this.#free();
    const { min, max } = this.map.getPixelBounds();
    const free = L.bounds(
      /** @type {L.Point} */ (min).add(paddingTopLeft),
      /** @type {L.Point} */ (max).subtract(paddingBottomRight),
    );
    const corners = [bounds.getNorthWest(), bounds.getSouthEast()];
    if (corners.some((corner) => !free.contains(this.map.project(corner))))
      this.map.fitBounds(bounds, { ...this.#free(), maxZoom: REVEAL_ZOOM });
  }

  /** @param {BBox} bbox */
  fit(bbox) {
    this.map.fitBounds(toBounds(bbox), { ...this.#free(), maxZoom: CLOSE_ZOOM });
  }

  /**
   * Draw the visible layers.
   * @param {(id: string) => boolean} isVisible for the base map's own layers
   * @param {Collection[]} overlays visible collections that are not of the base map
   * @param {import('../types.js').Lang} lang
   */
  showLayers(isVisible, overlays, lang) {
    this.writeScale(lang);
    const rules = baseRules(isVisible, lang, this.events.onFerry);
    const signature = `${lang} ${['land', 'waterway', 'tambon', 'amphoe', 'road'].filter(isVisible)}`;
    if (this.baseSignature && signature !== this.baseSignature) redraw(this.base, rules);
    this.baseSignature = signature;
    this.overlays.show(overlays, lang);
  }

  /**
   * Show what changed as it is now.
   * @param {Map<string, BBox[] | null> | null} changed boxes by tileset or raster, null where it is
   *   all of it; null: everything
   */
  renew(changed) {
    if (!changed || changed.has('base')) this.base.renew(changed?.get('base') ?? null);
    this.overlays.renew(changed);
  }

  /** Ask again for tiles that failed. */
  retryTiles() {
    this.base.rerenderTiles();
    this.overlays.retry();
  }

  /**
   * The projects whose shapes cover a point, or pass within a finger's width.
   * @param {import('../types.js').ProjectFeature[]} features
   * @param {LonLat} point
   */
  projectsAt(features, point) {
    /** @type {import('../geometry.js').Project} */
    const project = ([lon, lat]) => {
      const { x, y } = this.map.project([lat, lon]);
      return [x, y];
    };
    return features.filter(({ geometry }) => covers(geometry, point, project, PICK_PIXELS));
  }
}

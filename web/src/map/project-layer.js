/** All projects on the map: their shapes, their symbols, and the spreading of bundles. */

import { groupOverlapping, spread } from './grouping.js';
import { L } from './leaflet.js';
import { INK } from './palette.js';
import { shapesOf } from './project-shapes.js';
import { bundleMarker, keyOf, onPress, pinMarker, SYMBOL_SIZE } from './project-symbols.js';

/**
 * @typedef {import('../types.js').ProjectFeature} ProjectFeature
 * @typedef {import('./project-symbols.js').Pin} Pin
 * @typedef {{ lang: import('../types.js').Lang, chosen: string | null }} Look
 */

const REACH = SYMBOL_SIZE * 0.9;

/**
 * The projects that fit the filters.
 *
 * Calls `onChoose` with a project's code when its symbol is pressed.
 */
export class ProjectLayer {
  /**
   * @param {import('leaflet').Map} map
   * @param {(code: string) => void} onChoose
   */
  constructor(map, onChoose) {
    this.map = map;
    this.onChoose = onChoose;
    this.shapes = L.layerGroup().addTo(map);
    this.symbols = L.layerGroup().addTo(map);
    /** @type {ProjectFeature[]} */
    this.features = [];
    /** @type {Look} */
    this.look = { lang: 'th', chosen: null };
    /** @type {Set<string>} */
    this.opened = new Set();
    map.on('zoomend', () => this.#close());
    map.on('click', () => this.#close());
  }

  /**
   * @param {ProjectFeature[]} features
   * @param {Look} look
   */
  show(features, look) {
    const isSame =
      features.length === this.features.length &&
      features.every((feature, i) => feature === this.features[i]);
    if (isSame && look.lang === this.look.lang && look.chosen === this.look.chosen) return;
    this.features = features;
    this.look = look;
    this.#drawShapes();
    this.#drawSymbols();
  }

  /** Put a spread bundle together again; true where there was one. */
  fold() {
    const wasOpen = this.opened.size > 0;
    this.#close();
    return wasOpen;
  }

  #close() {
    this.opened.clear();
    this.#drawSymbols();
  }

  #drawShapes() {
    const { chosen } = this.look;
    this.shapes.clearLayers();
    const ordered = [...this.features].sort(
      (a, b) => Number(a.id === chosen) - Number(b.id === chosen),
    );
    for (const feature of ordered) {
      const beside = chosen === null ? 'plain' : 'faint';
      for (const shape of shapesOf(feature, feature.id === chosen ? 'chosen' : beside))
        this.shapes.addLayer(shape);
    }
  }

  /** @returns {Pin[]} */
  #pins() {
    return this.features.flatMap((feature) =>
      feature.properties.sites
        .filter((site) => site.marker !== null)
        .map((site) => ({ feature, site })),
    );
  }

  #drawSymbols() {
    if (!this.map.hasLayer(this.symbols)) return;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
    this.symbols.clearLayers();
    const pins = this.#pins();
    const isChosen = (/** @type {Pin} */ pin) => pin.feature.id === this.look.chosen;
    const placed = pins
      .filter((pin) => !isChosen(pin))
      .map((pin) => ({ ...this.#at(pin), item: pin }));
    for (const { x, y, items } of groupOverlapping(placed, REACH)) this.#drawGroup(x, y, items);
    for (const pin of pins.filter(isChosen)) this.#drawPin(pin, this.#at(pin));
    if (focused) this.#focus(focused);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {Pin[]} pins
   */
  #drawGroup(x, y, pins) {
    if (pins.length === 1) this.#drawPin(pins[0], { x, y });
    else if (pins.some((pin) => this.opened.has(keyOf(pin)))) this.#drawSpread(x, y, pins);
    else this.#drawBundle(x, y, pins);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {Pin[]} pins
   */
  #drawBundle(x, y, pins) {
    const marker = bundleMarker(pins, this.#latLng({ x, y }), this.look).addTo(this.symbols);
    onPress(marker, () => {
      this.opened = new Set(pins.map(keyOf));
      this.#drawSymbols();
      this.#focus(keyOf(pins[0]));
    });
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {Pin[]} pins
   */
  #drawSpread(x, y, pins) {
    const centre = this.#latLng({ x, y });
    spread(pins.length, SYMBOL_SIZE + 8).forEach((offset, i) => {
      const at = { x: x + offset.x, y: y + offset.y };
      const leg = { color: INK, weight: 1, opacity: 0.5, interactive: false };
      L.polyline([centre, this.#latLng(at)], leg).addTo(this.symbols);
      this.#drawPin(pins[i], at);
    });
  }

  /**
   * @param {Pin} pin
   * @param {{ x: number, y: number }} at
   */
  #drawPin(pin, at) {
    const marker = pinMarker(pin, this.#latLng(at), this.look).addTo(this.symbols);
    onPress(marker, () => this.onChoose(String(pin.feature.id)));
  }

  /** @param {Pin} pin */
  #at({ site }) {
    const [lon, lat] = /** @type {[number, number]} */ (site.marker);
    return this.map.project([lat, lon]);
  }

  /** @param {{ x: number, y: number }} at pixels of the present zoom */
  #latLng({ x, y }) {
    return this.map.unproject([x, y]);
  }

  /** @param {string} key */
  #focus(key) {
    const element = this.map
      .getPane('markerPane')
      ?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (element instanceof HTMLElement) element.focus({ preventScroll: true });
  }
}

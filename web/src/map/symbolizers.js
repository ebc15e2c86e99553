/** Our own ways of drawing vector-tile features: two-line labels and signs of facilities. */

import { BASE, FONT } from './palette.js';

/**
 * @typedef {import('protomaps-leaflet').Feature} Feature
 * @typedef {import('protomaps-leaflet').Layout} Layout
 * @typedef {CanvasRenderingContext2D} Canvas
 * @typedef {import('@mapbox/point-geometry').default} Point
 *
 * @typedef {object} Line
 * @property {(feature: Feature) => string | null} text
 * @property {(zoom: number) => number} size pixels
 * @property {number} weight
 * @property {string} fill
 */

const LEADING = 1.3;

/**
 * Centred lines of text over a point; Thai above English.
 *
 * @example
 * new StackedLabel([{ text: (f) => String(f.props.name_th), size: () => 12, weight: 600, fill }]);
 */
export class StackedLabel {
  /**
   * @param {Line[]} lines from the top
   * @param {number} [shift] pixels below the point
   */
  constructor(lines, shift = 0) {
    this.lines = lines;
    this.shift = shift;
  }

  /**
   * @param {Layout} layout
   * @param {Feature} feature
   */
  #measure(layout, feature) {
    const texts = this.lines.flatMap(({ text, size, weight, fill }) => {
      const value = text(feature);
      if (!value) return [];
      const px = size(layout.zoom);
      return [{ value, px, font: `${weight} ${px}px ${FONT}`, fill }];
    });
    const widths = texts.map(({ value, font }) => {
      layout.scratch.font = font;
      return layout.scratch.measureText(value).width;
    });
    const height = texts.reduce((sum, { px }) => sum + px * LEADING, 0);
    return { texts, width: Math.max(0, ...widths), height };
  }

  /**
   * @param {Layout} layout
   * @param {Point[][]} geom
   * @param {Feature} feature
   */
  place(layout, geom, feature) {
    const { texts, width, height } = this.#measure(layout, feature);
    if (texts.length === 0) return undefined;
    const anchor = geom[0][0];
    const top = this.shift ? this.shift : -height / 2;
    const box = {
      minX: anchor.x - width / 2 - 3,
      maxX: anchor.x + width / 2 + 3,
      minY: anchor.y + top - 2,
      maxY: anchor.y + top + height + 2,
    };
    /** @param {Canvas} canvas */
    const draw = (canvas) => {
      let y = top;
      for (const { value, px, font, fill } of texts) {
        drawHaloed(canvas, value, y + px * LEADING * 0.78, font, fill);
        y += px * LEADING;
      }
    };
    return [{ anchor, bboxes: [box], draw }];
  }
}

/**
 * @param {Canvas} canvas
 * @param {string} text
 * @param {number} y baseline
 * @param {string} font
 * @param {string} fill
 */
function drawHaloed(canvas, text, y, font, fill) {
  canvas.globalAlpha = 1;
  canvas.font = font;
  canvas.textAlign = 'center';
  canvas.lineJoin = 'round';
  canvas.lineWidth = 3;
  canvas.strokeStyle = BASE.halo;
  canvas.strokeText(text, 0, y);
  canvas.fillStyle = fill;
  canvas.fillText(text, 0, y);
}

/**
 * A small paper disc with an icon at each point; from afar only a dot.
 *
 * @example
 * new DiscSymbolizer((feature) => icons.get(String(feature.props.amenity)), 13);
 */
export class DiscSymbolizer {
  /**
   * @param {(feature: Feature) => Path2D[] | undefined} iconOf
   * @param {number} iconZoom first zoom that shows the icon
   */
  constructor(iconOf, iconZoom) {
    this.iconOf = iconOf;
    this.iconZoom = iconZoom;
  }

  /**
   * @param {Canvas} canvas
   * @param {Point[][]} geom
   * @param {number} zoom
   * @param {Feature} feature
   */
  draw(canvas, geom, zoom, feature) {
    const icon = zoom >= this.iconZoom ? this.iconOf(feature) : undefined;
    for (const { x, y } of geom.flat()) {
      canvas.globalAlpha = 1;
      canvas.beginPath();
      canvas.arc(x, y, icon ? 9 : 3, 0, 2 * Math.PI);
      canvas.fillStyle = icon ? BASE.paper : BASE.sign;
      canvas.strokeStyle = icon ? BASE.sign : BASE.paper;
      canvas.lineWidth = 1;
      canvas.fill();
      canvas.stroke();
      if (icon) drawIcon(canvas, icon, x, y);
    }
  }
}

/**
 * @param {Canvas} canvas
 * @param {Path2D[]} icon in a box of 15 × 15
 * @param {number} x
 * @param {number} y
 */
function drawIcon(canvas, icon, x, y) {
  const scale = 0.76;
  canvas.save();
  canvas.translate(x - 7.5 * scale, y - 7.5 * scale);
  canvas.scale(scale, scale);
  canvas.fillStyle = BASE.sign;
  for (const path of icon) canvas.fill(path);
  canvas.restore();
}

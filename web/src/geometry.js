/** Small plane geometry on GeoJSON, in degrees or in whatever unit the projection gives. */

/**
 * @typedef {import('geojson').Geometry} Geometry
 * @typedef {import('geojson').Position} Position
 * @typedef {(position: Position) => [number, number]} Project
 */

/**
 * The simple parts of a geometry, whatever it is nested in.
 * @param {Geometry | null} geometry
 * @returns {{ points: Position[], lines: Position[][], areas: Position[][][] }}
 */
export function partsOf(geometry) {
  /** @type {ReturnType<typeof partsOf>} */
  const parts = { points: [], lines: [], areas: [] };
  /** @param {Geometry} one */
  function add(one) {
    if (one.type === 'GeometryCollection') one.geometries.forEach(add);
    else if (one.type === 'Point') parts.points.push(one.coordinates);
    else if (one.type === 'MultiPoint') parts.points.push(...one.coordinates);
    else if (one.type === 'LineString') parts.lines.push(one.coordinates);
    else if (one.type === 'MultiLineString') parts.lines.push(...one.coordinates);
    else if (one.type === 'Polygon') parts.areas.push(one.coordinates);
    else parts.areas.push(...one.coordinates);
  }
  if (geometry) add(geometry);
  return parts;
}

/**
 * @param {Position} point
 * @param {Position[]} ring closed
 */
function isInRing([x, y], ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * Whether a polygon holds a point; holes do not.
 * @param {Position} point
 * @param {Position[][]} area
 */
export const isInArea = (point, [outer, ...holes]) =>
  isInRing(point, outer) && !holes.some((hole) => isInRing(point, hole));

/**
 * @param {[number, number]} point
 * @param {[number, number]} a
 * @param {[number, number]} b
 */
function distanceToSegment([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/**
 * Whether a geometry covers a point, or comes as near as `reach` in the projection's unit.
 * @param {Geometry | null} geometry
 * @param {Position} point
 * @param {Project} project
 * @param {number} reach
 */
export function covers(geometry, point, project, reach) {
  const { points, lines, areas } = partsOf(geometry);
  const here = project(point);
  if (areas.some((area) => isInArea(point, area))) return true;
  /** @param {Position} position */
  const isNear = (position) => {
    const [x, y] = project(position);
    return Math.hypot(x - here[0], y - here[1]) <= reach;
  };
  if (points.some(isNear)) return true;
  return lines.some((line) => {
    const track = line.map(project);
    return track.some((end, i) => i > 0 && distanceToSegment(here, track[i - 1], end) <= reach);
  });
}

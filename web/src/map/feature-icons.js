/** Icons that layers may name in their style, by their Maki name, as canvas paths. */

import airport from '@mapbox/maki/icons/airport.svg?raw';
import bridge from '@mapbox/maki/icons/bridge.svg?raw';
import bus from '@mapbox/maki/icons/bus.svg?raw';
import college from '@mapbox/maki/icons/college.svg?raw';
import doctor from '@mapbox/maki/icons/doctor.svg?raw';
import ferry from '@mapbox/maki/icons/ferry.svg?raw';
import fire from '@mapbox/maki/icons/fire-station.svg?raw';
import harbor from '@mapbox/maki/icons/harbor.svg?raw';
import home from '@mapbox/maki/icons/home.svg?raw';
import hospital from '@mapbox/maki/icons/hospital.svg?raw';
import marker from '@mapbox/maki/icons/marker.svg?raw';
import park from '@mapbox/maki/icons/park.svg?raw';
import police from '@mapbox/maki/icons/police.svg?raw';
import ranger from '@mapbox/maki/icons/ranger-station.svg?raw';
import recycling from '@mapbox/maki/icons/recycling.svg?raw';
import school from '@mapbox/maki/icons/school.svg?raw';
import townHall from '@mapbox/maki/icons/town-hall.svg?raw';
import waste from '@mapbox/maki/icons/waste-basket.svg?raw';
import { pathsOf } from '../icons.js';

/** @type {Record<string, string>} */
const FILES = {
  airport,
  bridge,
  bus,
  college,
  doctor,
  ferry,
  'fire-station': fire,
  harbor,
  home,
  hospital,
  marker,
  park,
  police,
  'ranger-station': ranger,
  recycling,
  school,
  'town-hall': townHall,
  'waste-basket': waste,
};

/** @type {Map<string, Path2D[]>} */
const drawn = new Map();

/**
 * The canvas paths of an icon; a plain pin for a name that is not bundled.
 * @param {string} name
 */
export function iconPaths(name) {
  const known = name in FILES ? name : 'marker';
  const paths = drawn.get(known) ?? pathsOf(FILES[known]).map((d) => new Path2D(d));
  drawn.set(known, paths);
  return paths;
}

/** The only door to Leaflet; protomaps-leaflet expects it as the global `L`. */

import L from 'leaflet';
import 'leaflet/dist/leaflet.css';

Object.assign(globalThis, { L });

export { L };

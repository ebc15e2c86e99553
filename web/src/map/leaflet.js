/** The only door to Leaflet; protomaps-leaflet expects it as the global `L`. */

import L from 'leaflet';

Object.assign(globalThis, { L });

export { L };

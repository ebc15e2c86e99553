/**
 * Shapes that travel between modules; only types, no code.
 *
 * @typedef {'th' | 'en'} Lang
 * @typedef {'be' | 'ce'} Era
 * @typedef {[lon: number, lat: number]} LonLat
 * @typedef {[west: number, south: number, east: number, north: number]} BBox
 * @typedef {{ th: string, en: string }} Text
 * @typedef {'verified' | 'sourced' | 'inferred' | 'unknown'} Confidence
 * @typedef {import('geojson').Geometry} Geometry
 *
 * @typedef {object} Site
 * @property {number} id
 * @property {number} position
 * @property {Text} names
 * @property {string} rule
 * @property {string} precision
 * @property {boolean} is_marine
 * @property {Confidence} confidence
 * @property {LonLat | null} marker
 * @property {string | null} geometry_type
 * @property {string[]} tambon_codes
 * @property {string | null} [source]
 * @property {Text | null} [note]
 * @property {Text | null} [problem]
 *
 * @typedef {object} Fact
 * @property {Confidence} confidence
 * @property {string | null} source
 * @property {string | null} source_date
 * @property {Text | null} note
 *
 * @typedef {object} Project
 * @property {string} code
 * @property {string} domain
 * @property {string} domain_code
 * @property {string | null} phase
 * @property {Text} names
 * @property {boolean} is_named
 * @property {string} status
 * @property {Text | null} status_note
 * @property {Text[]} agencies
 * @property {number | null} budget_thb
 * @property {number | null} progress
 * @property {string | null} start_date
 * @property {string | null} end_date
 * @property {Text | null} place
 * @property {Confidence} confidence
 * @property {boolean} is_province_wide
 * @property {string[]} tambon_codes
 * @property {string[]} amphoe_codes
 * @property {Site[]} sites
 * @property {Record<string, Fact>} [facts]
 *
 * @typedef {{ type: 'Feature', id: string, geometry: Geometry | null, properties: Project }}
 *   ProjectFeature
 *
 * @typedef {object} Column
 * @property {string} name
 * @property {string} type
 * @property {Text} titles
 * @property {string | null} unit
 * @property {Record<string, Text> | null} values
 *
 * @typedef {object} Collection
 * @property {string} id
 * @property {Text} titles
 * @property {Text} descriptions
 * @property {'vector' | 'raster' | 'table'} kind
 * @property {string} theme
 * @property {string | null} geometryType
 * @property {number} featureCount
 * @property {number} revision
 * @property {string} provenance
 * @property {Text} sources
 * @property {string | null} sourceUrl
 * @property {string} licence
 * @property {string} attribution
 * @property {string} validDate
 * @property {{ noted: number, quarantined: number }} faults
 * @property {number} minZoom
 * @property {number} maxZoom
 * @property {string | null} tileset
 * @property {Record<string, any>} style
 * @property {Text | null} label
 * @property {Column[]} columns
 *
 * @typedef {{ collections: Collection[], themes: { id: string, titles: Text }[], edition: string }}
 *   Catalogue
 *
 * @typedef {{ code: string, names: Text }} Area
 * @typedef {Area & { level: string, year: number, people: number }} KnownArea
 * @typedef {Map<string, KnownArea>} Areas by code
 *
 * @typedef {object} Found
 * @property {string} kind
 * @property {string} id
 * @property {string | null} collection
 * @property {Text} names
 * @property {Text} details
 * @property {LonLat | null} point
 * @property {BBox | null} bbox
 *
 * @typedef {object} IdentifiedFeature
 * @property {string} collection
 * @property {string | number} id
 * @property {number} distance_m
 * @property {Geometry | null} geometry
 * @property {Record<string, string | number | boolean | null>} properties
 *
 * @typedef {object} IdentifiedRaster
 * @property {string} layer
 * @property {Text} titles
 * @property {number | null} value
 * @property {string | null} unit
 * @property {Text | null} titles_value
 *
 * @typedef {object} Identified
 * @property {number} radius_m metres around the point that were looked into
 * @property {Area | null} tambon
 * @property {Area | null} amphoe
 * @property {IdentifiedFeature[]} features
 * @property {IdentifiedRaster[]} rasters
 *
 * @typedef {import('./state.js').State} State
 * @typedef {import('./state.js').Store} Store
 */

/**
 * What a request has brought so far.
 * @template T
 * @typedef {{ status: 'idle' | 'loading' } | { status: 'ready', value: T } |
 *   { status: 'error', error: import('./api.js').ApiError }} Loadable
 */

export {};

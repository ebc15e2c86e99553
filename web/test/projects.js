/**
 * A project with every field, for tests.
 * @param {string} code
 * @param {Partial<import('../src/types.js').Project>} [fields]
 * @returns {import('../src/types.js').ProjectFeature}
 */
export function project(code, fields = {}) {
  const properties = {
    code,
    domain: 'people',
    domain_code: code.slice(0, 3),
    phase: null,
    names: { th: `โครงการ ${code}`, en: `Project ${code}` },
    is_named: true,
    status: 'unknown',
    status_note: null,
    agencies: [],
    budget_thb: null,
    progress: null,
    start_date: null,
    end_date: null,
    place: null,
    confidence: /** @type {const} */ ('sourced'),
    is_province_wide: false,
    tambon_codes: [],
    amphoe_codes: [],
    sites: [],
    ...fields,
  };
  return { type: 'Feature', id: code, geometry: null, properties };
}

/**
 * @param {import('../src/types.js').LonLat | null} marker
 * @returns {import('../src/types.js').Site}
 */
export const site = (marker) => ({
  id: 1,
  position: 1,
  names: { th: 'จุด', en: 'Point' },
  rule: marker ? 'point' : 'province',
  precision: 'sourced',
  is_marine: false,
  confidence: 'sourced',
  marker,
  geometry_type: marker ? 'Point' : null,
  tambon_codes: [],
});

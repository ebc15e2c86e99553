/** Which projects fit the filters, and how many each further choice would leave. */

/**
 * @typedef {import('./types.js').Project} Project
 * @typedef {import('./types.js').ProjectFeature} ProjectFeature
 * @typedef {import('./state.js').View} View
 * @typedef {'domain' | 'phase' | 'status' | 'confidence' | 'agency' | 'amphoe' | 'tambon'} Facet
 */

/** Stands for a project whose phase no source tells. */
export const NO_PHASE = 'unassigned';

/** @type {Record<Facet, (project: Project) => string[]>} */
const VALUES = {
  domain: (project) => [project.domain],
  phase: (project) => [project.phase ?? NO_PHASE],
  status: (project) => [project.status],
  confidence: (project) => [project.confidence],
  agency: (project) => project.agencies.map((agency) => agency.en),
  amphoe: (project) => project.amphoe_codes,
  tambon: (project) => project.tambon_codes,
};

export const FACETS = /** @type {Facet[]} */ (Object.keys(VALUES));

/** Text without case and without the marks that spellings of names differ in. @param {string} text */
const fold = (text) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{Z}]/gu, '');

/** @param {Project} project */
function textOf(project) {
  const { code, names, place, agencies, sites } = project;
  const texts = [names, place, ...agencies, ...sites.map((site) => site.names)];
  const parts = [code, ...texts.flatMap((text) => (text ? [text.th, text.en] : []))];
  return parts.map(fold).join('\n');
}

/**
 * @param {Project} project
 * @param {string} q words, all of which must occur
 */
function hasText(project, q) {
  const text = textOf(project);
  return q.split(/\s+/).every((word) => text.includes(fold(word)));
}

/**
 * @param {Project} project
 * @param {Facet} facet
 * @param {View} view
 */
function fitsFacet(project, facet, view) {
  const wanted = /** @type {string[]} */ ([]).concat(view[facet] || []);
  return wanted.length === 0 || VALUES[facet](project).some((value) => wanted.includes(value));
}

/**
 * The projects that fit every filter of the view, in the register's order.
 * @param {ProjectFeature[]} features
 * @param {View} view
 * @param {Facet} [except] a facet left aside
 */
export function filterProjects(features, view, except) {
  return features.filter(
    ({ properties }) =>
      (!view.q || hasText(properties, view.q)) &&
      FACETS.every((facet) => facet === except || fitsFacet(properties, facet, view)),
  );
}

/**
 * How many projects each value of a facet has, all other filters applied.
 * @param {ProjectFeature[]} features
 * @param {View} view
 * @param {Facet} facet
 * @returns {Map<string, number>} also the values that no project has left, with 0
 */
export function countFacet(features, view, facet) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { properties } of features)
    for (const value of VALUES[facet](properties)) counts.set(value, 0);
  for (const { properties } of filterProjects(features, view, facet))
    for (const value of VALUES[facet](properties)) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/**
 * How many filters are in use, apart from the domains.
 * @param {View} view
 */
export function countActive(view) {
  const facets = FACETS.filter((facet) => facet !== 'domain');
  return facets.filter((facet) => view[facet].length > 0).length + (view.q ? 1 : 0);
}

/** The view's filters, all cleared. */
export const NO_FILTERS = {
  domain: [],
  phase: [],
  status: [],
  confidence: [],
  agency: '',
  amphoe: '',
  tambon: '',
  q: '',
};

/** @param {ProjectFeature} feature */
export const isMapped = (feature) => feature.properties.sites.some((site) => site.marker !== null);

/**
 * Projects by where they belong in the list.
 * @param {ProjectFeature[]} features
 */
export function groupByPlace(features) {
  const mapped = features.filter(isMapped);
  const rest = features.filter((feature) => !isMapped(feature));
  return {
    mapped,
    province: rest.filter((feature) => feature.properties.is_province_wide),
    nowhere: rest.filter((feature) => !feature.properties.is_province_wide),
  };
}

/**
 * Whether any site of a project lies in what the map shows.
 * @param {ProjectFeature} feature
 * @param {import('./types.js').BBox | null} bounds
 */
export function isInView(feature, bounds) {
  if (!bounds) return true;
  const [west, south, east, north] = bounds;
  return feature.properties.sites.some(({ marker }) => {
    if (!marker) return false;
    const [lon, lat] = marker;
    return lon >= west && lon <= east && lat >= south && lat <= north;
  });
}

/** @type {Record<string, (project: Project, lang: import('./types.js').Lang) => string | number>} */
const SORT_KEYS = {
  code: (project) => project.code,
  name: (project, lang) => project.names[lang],
  domain: (project) => project.domain_code,
  status: (project) => project.status,
  agency: (project, lang) => project.agencies[0]?.[lang] ?? '',
  budget: (project) => project.budget_thb ?? -1,
  place: (project, lang) => project.place?.[lang] ?? '',
  confidence: (project) =>
    ['verified', 'sourced', 'inferred', 'unknown'].indexOf(project.confidence),
};

/**
 * The features in the order of a column; equal ones by code.
 * @param {ProjectFeature[]} features
 * @param {string} sort a column of the table, `-` in front for descending
 * @param {import('./types.js').Lang} lang
 */
export function sortProjects(features, sort, lang) {
  const sign = sort.startsWith('-') ? -1 : 1;
  const key = SORT_KEYS[sort.replace(/^-/, '')] ?? SORT_KEYS.code;
  const collator = new Intl.Collator(lang, { numeric: true });
  /** @param {string | number} a @param {string | number} b */
  const compare = (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(`${a}`, `${b}`);
  return [...features].sort(
    ({ properties: a }, { properties: b }) =>
      sign * compare(key(a, lang), key(b, lang)) || collator.compare(a.code, b.code),
  );
}

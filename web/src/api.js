/** HTTP to our own API: JSON in, typed answers out, every failure an `ApiError` in both languages. */

/** A request that failed, told in Thai and English. */
export class ApiError extends Error {
  /**
   * @param {string} code stable code of the problem; `network` where nothing answered
   * @param {number} status HTTP status; 0 where nothing answered
   * @param {import('./types.js').Text} details
   */
  constructor(code, status, details) {
    super(details.en);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

const NETWORK = {
  th: 'ติดต่อเครื่องแม่ข่ายไม่ได้ ตรวจการเชื่อมต่อหรือดูว่าระบบเปิดอยู่ แล้วลองอีกครั้ง',
  en: 'The server does not answer. Check the connection and that the service is running, then try again.',
};

/**
 * Address of one of our own resources, also below a path prefix.
 * @param {string} path without a leading slash
 * @param {Record<string, string | number | null | undefined>} [query] empty values are left out
 */
export function address(path, query = {}) {
  const url = new URL(path, document.baseURI);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '')
      url.searchParams.set(key, String(value));
  }
  return url.href;
}

/**
 * Read the problem that an answer other than 2xx carries.
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
export async function problemOf(response) {
  const type = response.headers.get('content-type') ?? '';
  const problem = type.includes('json') ? await response.json().catch(() => ({})) : {};
  const status = `HTTP ${response.status}`;
  const en = problem.detail ?? problem.title ?? `The server answered ${status}.`;
  const th = problem.detail_th ?? `เครื่องแม่ข่ายตอบว่า ${status}`;
  return new ApiError(problem.code ?? `http-${response.status}`, response.status, { th, en });
}

/**
 * Get one JSON resource.
 * @param {string} path
 * @param {Record<string, string | number | null | undefined>} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 * @throws {ApiError} nothing answered, or the answer is a problem
 */
export async function getJson(path, query, signal) {
  let response;
  try {
    response = await fetch(address(path, query), {
      signal,
      headers: { accept: 'application/json' },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('network', 0, NETWORK);
  }
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/** @returns {Promise<import('./types.js').Catalogue>} */
export const getCatalogue = () => getJson('api/collections');

/** @returns {Promise<import('./types.js').ProjectFeature[]>} */
export const getProjects = async () => (await getJson('api/projects')).features;

/** @returns {Promise<any>} */
export const getProgramme = () => getJson('api/programme');

/**
 * @param {string} code
 * @returns {Promise<import('./types.js').ProjectFeature>}
 */
export const getProject = (code) => getJson(`api/projects/${encodeURIComponent(code)}`);

/**
 * @param {string} q
 * @param {AbortSignal} signal
 * @returns {Promise<import('./types.js').Found[]>}
 */
export const search = async (q, signal) =>
  (await getJson('api/search', { q, limit: 12 }, signal)).results;

/**
 * @param {import('./types.js').LonLat} point
 * @param {number} radius metres around the point
 * @param {string[]} layers
 * @returns {Promise<import('./types.js').Identified>}
 */
export const identify = async ([lon, lat], radius, layers) => {
  const query = { lon, lat, radius_m: radius, layers: layers.join(',') };
  const found = await getJson('api/query/identify', query);
  const features = found.features.filter((/** @type {any} */ one) =>
    layers.includes(one.collection),
  );
  return { ...found, radius_m: radius, features };
};

/** Since when the register of people is asked for; the newest row of each area counts. */
const REGISTER_SINCE = '2021-01-01/..';

/**
 * Names and registered people of the province's areas, without their outlines.
 * @returns {Promise<import('./types.js').Areas>}
 */
export async function getAreas() {
  const query = { datetime: REGISTER_SINCE, limit: 1000 };
  const { features } = await getJson('api/collections/population/items', query);
  /** @type {import('./types.js').Areas} */
  const areas = new Map();
  for (const { properties } of features) {
    const { code, level, year, name_th: th, name_en: en, total: people } = properties;
    if (year >= (areas.get(code)?.year ?? 0))
      areas.set(code, { code, level, year, people, names: { th, en } });
  }
  return areas;
}

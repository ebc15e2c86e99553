/** News of changed data: one stream of server-sent events, for as long as the page is seen. */

/**
 * @typedef {object} Change
 * @property {string | null} layer null: anything may have changed
 * @property {import('./types.js').BBox[] | null} boxes where; null: the layer as a whole
 */

const ANYTHING = { layer: null, boxes: null };

/** Milliseconds until a stream that was refused is asked for again; each time twice as long. */
const FIRST_WAIT = 30_000;
const LONGEST_WAIT = 600_000;
/** What a message may take, and clocks may differ by, milliseconds. */
const MARGIN = 5_000;
const CLOSED = 2;

/**
 * Listens, and listens again whenever the connection was lost or refused.
 *
 * A change that was missed, also before the first connection, is told as "anything": the server
 * says how long nothing has changed, and that is compared with when it was last heard.
 *
 * @example
 * const stream = new ChangeStream('tiles/changes', performance.timeOrigin, ({ layer }) => …);
 * stream.open();
 */
export class ChangeStream {
  /**
   * @param {string} url
   * @param {number} since what is shown was asked for after this, milliseconds since 1970
   * @param {(change: Change) => void} tell
   */
  constructor(url, since, tell) {
    this.url = url;
    this.heardAt = since;
    this.tell = tell;
    this.wait = FIRST_WAIT;
    /** @type {EventSource | null} */
    this.source = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Listen, if that is not so already. */
  open() {
    if (this.source) return;
    clearTimeout(this.timer);
    const source = new EventSource(this.url);
    source.addEventListener('hello', ({ data }) => this.#greet(JSON.parse(data)));
    source.addEventListener('change', ({ data }) => this.#hear(JSON.parse(data)));
    source.addEventListener('error', () => this.#lose(source));
    this.source = source;
  }

  /** Listen no more, until `open`. */
  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  /** @param {{ quiet_s?: number }} hello */
  #greet({ quiet_s: quiet = 0 }) {
    const silence = Date.now() - this.heardAt;
    this.wait = FIRST_WAIT;
    this.heardAt = Date.now();
    if (quiet * 1000 < silence + MARGIN) this.tell(ANYTHING);
  }

  /** @param {Change} change */
  #hear(change) {
    this.heardAt = Date.now();
    this.tell(change);
  }

  /** @param {EventSource} source the browser tries again by itself, except where it gave up */
  #lose(source) {
    if (source !== this.source || source.readyState !== CLOSED) return;
    this.source = null;
    this.timer = setTimeout(() => this.open(), this.wait * (1 + Math.random() / 2));
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
  }
}

/**
 * Keep a stream open while the page is seen. A browser has few connections for one server, and
 * pages in the background must not take them from the one in front.
 * @param {{ open: () => void, close: () => void }} stream
 */
export function whileSeen(stream) {
  const follow = () => (document.visibilityState === 'visible' ? stream.open() : stream.close());
  document.addEventListener('visibilitychange', follow);
  addEventListener('pageshow', follow);
  addEventListener('pagehide', () => stream.close());
  follow();
}

/**
 * Hand things on together: all that come within a while of the first.
 * @template T
 * @param {number} wait milliseconds
 * @param {(all: T[]) => void} deliver
 * @returns {(one: T) => void}
 */
export function gathered(wait, deliver) {
  /** @type {T[]} */
  let waiting = [];
  return (one) => {
    waiting.push(one);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const all = waiting;
      waiting = [];
      deliver(all);
    }, wait);
  };
}

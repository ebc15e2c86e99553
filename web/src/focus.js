/** Where the keyboard is: into a card when one opens, back to its opener when it closes. */

/** @typedef {import('./types.js').State} State */

/** @param {State} state what the card shows, if anything */
const subjectOf = ({ project, at }) => project ?? (at ? String(at) : null);

/** @param {State} state */
const isFilled = ({ project, card, identified }) =>
  (project ? card.status : identified.status) === 'ready';

/** @param {HTMLElement} card */
export function createFocus(card) {
  /** @type {HTMLElement | null} */
  let opener = null;

  function enter() {
    document.getElementById('card-title')?.focus({ preventScroll: true });
    card.firstElementChild?.scrollTo(0, 0);
  }

  function leave() {
    const again = opener?.isConnected ? opener : document.getElementById(opener?.id || 'map');
    (again ?? document.getElementById('map'))?.focus({ preventScroll: true });
    opener = null;
  }

  return {
    /** @param {State} state @param {State} before */
    follow(state, before) {
      const [now, then] = [subjectOf(state), subjectOf(before)];
      if (now && !then) opener = /** @type {HTMLElement | null} */ (document.activeElement);
      if (now && isFilled(state) && !isFilled(before)) enter();
      if (then && !now) leave();
    },
  };
}

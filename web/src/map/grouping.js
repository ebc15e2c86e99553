/** Symbols that would cover each other on the screen, gathered into groups. */

/**
 * @template T
 * @typedef {{ x: number, y: number, item: T }} Placed a symbol's middle, pixels
 */

/**
 * Gather symbols whose middles are nearer than `reach` pixels to the first of a group.
 * The order given decides who is first, so the same input gives the same groups.
 * @template T
 * @param {Placed<T>[]} placed
 * @param {number} reach
 * @returns {{ x: number, y: number, items: T[] }[]} middle of each group, pixels
 */
export function groupOverlapping(placed, reach) {
  /** @type {Placed<T>[][]} */
  const groups = [];
  for (const one of placed) {
    const near = groups.find(([first]) => Math.hypot(first.x - one.x, first.y - one.y) < reach);
    if (near) near.push(one);
    else groups.push([one]);
  }
  return joined(groups, reach).map((group) => ({
    ...middleOf(group),
    items: group.map(({ item }) => item),
  }));
}

/**
 * Groups joined until none covers another; the sign of several is larger than that of one.
 * @template T
 * @param {Placed<T>[][]} groups
 * @param {number} reach
 * @returns {Placed<T>[][]}
 */
function joined(groups, reach) {
  const sizeOf = (/** @type {Placed<T>[]} */ group) => (group.length > 1 ? 1.25 : 1);
  for (const [i, one] of groups.entries()) {
    const { x, y } = middleOf(one);
    for (const other of groups.slice(i + 1)) {
      const beside = middleOf(other);
      const least = (reach * (sizeOf(one) + sizeOf(other))) / 2;
      if (Math.hypot(beside.x - x, beside.y - y) >= least) continue;
      const rest = groups.filter((group) => group !== one && group !== other);
      return joined([...rest, [...one, ...other]], reach);
    }
  }
  return groups;
}

/** @param {Placed<unknown>[]} group */
const middleOf = (group) => ({
  x: group.reduce((sum, { x }) => sum + x, 0) / group.length,
  y: group.reduce((sum, { y }) => sum + y, 0) / group.length,
});

/**
 * Where the members of a group stand when it is spread: on a circle, on more where one is full.
 * @param {number} count
 * @param {number} gap pixels between neighbours
 * @returns {{ x: number, y: number }[]} offsets from the group's middle, pixels
 */
export function spread(count, gap) {
  const offsets = [];
  for (let ring = 1; offsets.length < count; ring++) {
    const radius = Math.max(ring * gap, (gap * Math.min(count, 6)) / (2 * Math.PI));
    const room = Math.min(count - offsets.length, Math.floor((2 * Math.PI * radius) / gap));
    for (let i = 0; i < room; i++) {
      const angle = (2 * Math.PI * i) / room - Math.PI / 2;
      offsets.push({ x: radius * Math.cos(angle), y: radius * Math.sin(angle) });
    }
  }
  return offsets;
}

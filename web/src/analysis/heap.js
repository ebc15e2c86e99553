/** Nodes by the least time known so far; a better time is put in again, the old one passed over. */
export class Heap {
  /**
   * @param {number} nodes
   * @param {number} most offers that can be made
   * @param {number} limit
   */
  constructor(nodes, most, limit) {
    this.least = new Float64Array(nodes).fill(Infinity);
    this.time = new Float64Array(most + 1);
    this.node = new Uint32Array(most + 1);
    this.size = 0;
    this.limit = limit;
  }

  /**
   * @param {number} node
   * @param {number} time
   */
  offer(node, time) {
    if (time > this.limit || time >= this.least[node]) return;
    this.least[node] = time;
    let place = ++this.size;
    for (let up = place >> 1; up > 0 && this.time[up] > time; up = place >> 1) {
      this.time[place] = this.time[up];
      this.node[place] = this.node[up];
      place = up;
    }
    this.time[place] = time;
    this.node[place] = node;
  }

  /** The node with the least time, -1 if there is none. */
  take() {
    while (this.size > 0) {
      const [node, time] = [this.node[1], this.time[1]];
      this.sink();
      if (time <= this.least[node]) return node;
    }
    return -1;
  }

  sink() {
    const [time, node] = [this.time[this.size], this.node[this.size--]];
    let place = 1;
    for (let down = 2; down <= this.size; down = 2 * place) {
      if (down < this.size && this.time[down + 1] < this.time[down]) down++;
      if (this.time[down] >= time) break;
      this.time[place] = this.time[down];
      this.node[place] = this.node[down];
      place = down;
    }
    this.time[place] = time;
    this.node[place] = node;
  }
}

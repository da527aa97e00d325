const slotOf = (user: number, resource: number, mask: number): number => {
  const hash = Math.imul(user, 0x9e3779b1) ^ Math.imul(resource, 0x85ebca77);
  return (hash ^ (hash >>> 15)) & mask;
};

const wider = (cells: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
  const copy = new Int32Array(cells.length * 2);
  copy.set(cells);
  return copy;
};

/** Distinct (user code, resource code) pairs, numbered in order of first appearance. Open addressing, at most half full. */
export class PairTable {
  #slots = new Int32Array(2048).fill(-1);
  #users = new Int32Array(1024);
  #resources = new Int32Array(1024);
  size = 0;

  /** User codes by pair. */
  users(): Int32Array {
    return this.#users.subarray(0, this.size);
  }
  /** Resource codes by pair. */
  resources(): Int32Array {
    return this.#resources.subarray(0, this.size);
  }

  /** The pair's number; a pair not met before is added. */
  number(user: number, resource: number): number {
    const mask = this.#slots.length - 1;
    let slot = slotOf(user, resource, mask);
    for (let pair = this.#slots[slot] as number; pair >= 0; pair = this.#slots[slot] as number) {
      if (this.#users[pair] === user && this.#resources[pair] === resource) return pair;
      slot = (slot + 1) & mask;
    }
    return this.#add(user, resource, slot);
  }

  #add(user: number, resource: number, slot: number): number {
    if (this.size === this.#users.length) {
      this.#users = wider(this.#users);
      this.#resources = wider(this.#resources);
    }
    const pair = this.size++;
    this.#slots[slot] = pair;
    this.#users[pair] = user;
    this.#resources[pair] = resource;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return pair;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 4).fill(-1);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.size; pair++) {
      let slot = slotOf(this.#users[pair] as number, this.#resources[pair] as number, mask);
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = pair;
    }
    this.#slots = slots;
  }
}

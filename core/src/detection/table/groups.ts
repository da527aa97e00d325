/** Rows gathered by equal keys; groups are numbered in order of first appearance. */
export interface Groups {
  /** Row → group. */
  readonly of: Int32Array;
  /** Group → its first row. */
  readonly first: Int32Array;
}

/** Groups rows by two non-negative whole numbers each (open addressing over typed arrays). `major · (max minor + 1)` must stay below 2⁵³. */
export function groupRows(major: Int32Array, minor: Int32Array): Groups {
  const rows = major.length;
  const keys = keysOf(major, minor);
  const mask = 2 ** Math.ceil(Math.log2(Math.max(2, rows * 2))) - 1;
  const slots = new Int32Array(mask + 1).fill(-1);
  const of = new Int32Array(rows);
  const first = new Int32Array(rows);
  let groups = 0;
  for (let row = 0; row < rows; row++) {
    const slot = find(slots, mask, keys, first, row);
    if (slots[slot] === -1) {
      first[groups] = row;
      slots[slot] = groups++;
    }
    of[row] = slots[slot] as number;
  }
  return { of, first: first.slice(0, groups) };
}

/** The slot that holds the row's key, or the free one where it belongs. */
function find(slots: Int32Array, mask: number, keys: Float64Array, first: Int32Array, row: number): number {
  const key = keys[row] as number;
  let slot = mix(key) & mask;
  for (;;) {
    const group = slots[slot] as number;
    if (group === -1 || keys[first[group] as number] === key) return slot;
    slot = (slot + 1) & mask;
  }
}

function keysOf(major: Int32Array, minor: Int32Array): Float64Array {
  let width = 1;
  for (const code of minor) if (code >= width) width = code + 1;
  const keys = new Float64Array(major.length);
  for (let row = 0; row < keys.length; row++) keys[row] = (major[row] as number) * width + (minor[row] as number);
  return keys;
}

function mix(key: number): number {
  let hash = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 4294967296) | 0, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

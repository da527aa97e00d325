export { keyedHash } from './keyed-hash.ts';
export { randomFrom, type Random } from './random.ts';

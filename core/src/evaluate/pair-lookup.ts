/** Pairs as codes; row i is the pair (users[i], resources[i]). */
export interface Pairs {
  readonly users: Int32Array;
  readonly resources: Int32Array;
}

/** One number per pair, exact while both codes are non-negative 32-bit integers below 2^26. */
export const pairKey = (user: number, resource: number): number => user * 0x4000000 + resource;

/** Whether a pair is among the given rows. */
export function pairLookup(...parts: readonly Pairs[]): (user: number, resource: number) => boolean {
  const keys = new Set<number>();
  for (const { users, resources } of parts) {
    for (let i = 0; i < users.length; i++) keys.add(pairKey(users[i] as number, resources[i] as number));
  }
  return (user, resource) => keys.has(pairKey(user, resource));
}

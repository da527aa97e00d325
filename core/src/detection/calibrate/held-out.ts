import { keyedHash } from '../../random/index.ts';
import type { Accesses, Scopes } from '../table/accesses.ts';
import type { Table } from '../table/table.ts';

/** Rows to learn from and rows to score with what was learned. */
export interface Split {
  readonly rest: Int32Array;
  readonly held: Int32Array;
}

const heldShare = 0.2;
const fewestPairs = 5;
const isHeld = (hash: number): boolean => hash < heldShare * 2 ** 32;

/**
 * Holds out about 20 % of the distinct pairs of users with at least 5, of the scopes that are `wanted`. Whether a pair is
 * held out depends on (seed, scope, user, resource) alone. `held` has one row per pair: its first.
 */
export function heldOutPairs({ rows }: Table, scopes: Scopes, { users, pairs, user, resource, distinct }: Accesses, wanted: (scope: number) => boolean, seed: number): Split {
  const pairsOfUser = new Int32Array(users.first.length);
  for (const row of distinct) pairsOfUser[users.of[row] as number]! += 1;
  const held = distinct.filter((row) => {
    const scope = scopes.codes[row] as number;
    if (!wanted(scope) || (pairsOfUser[users.of[row] as number] as number) < fewestPairs) return false;
    return isHeld(keyedHash(seed, scopes.names[scope] ?? '', user.at(row) ?? '', resource.at(row) ?? ''));
  });
  const isOut = new Uint8Array(pairs.first.length);
  for (const row of held) isOut[pairs.of[row] as number] = 1;
  return { held, rest: rowNumbers(rows).filter((row) => isOut[pairs.of[row] as number] === 0) };
}

/** Holds out about 20 % of the rows, by their number within their scope, where a row is its own unit. */
export function heldOutRows({ rows }: Table, scopes: Scopes, wanted: (scope: number) => boolean, seed: number): Split {
  const met = new Int32Array(scopes.names.length);
  const isOut = Uint8Array.from({ length: rows }, (_, row) => {
    const scope = scopes.codes[row] as number;
    const number = met[scope]!++;
    return Number(wanted(scope) && isHeld(keyedHash(seed, scopes.names[scope] ?? '', String(number))));
  });
  const all = rowNumbers(rows);
  return { held: all.filter((row) => isOut[row] === 1), rest: all.filter((row) => isOut[row] === 0) };
}

const rowNumbers = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

import { auc, credentialSwap, holdOutPairs, pairLookup } from '@byoml/core/evaluate';
import { keyedHash } from '@byoml/core/random';
import { factorise, type Effort } from './factorise.ts';
import { Factorisation } from './factorisation.ts';
import type { IdPairs, ScopeLikelihoods } from './likelihoods.ts';
import type { Settings } from './settings.ts';
import { joined, scopeMatrix } from './training-matrix.ts';

export const candidateRanks = [3, 5, 10, 20] as const;
/** Taken where there is too little to hide. */
const modestRank = 3;
const leastHidden = 20;
/** A larger rank must win by this much AUC. */
const worthwhile = 0.002;

interface Split {
  readonly rest: ScopeLikelihoods;
  readonly hidden: IdPairs;
  readonly swapped: IdPairs;
}

const pick = ({ users, resources }: IdPairs, rows: readonly number[]): IdPairs => ({ users: Int32Array.from(rows, (row) => users[row] as number), resources: Int32Array.from(rows, (row) => resources[row] as number) });

function split(given: ScopeLikelihoods, seed: number): Split {
  const scoped = keyedHash(seed, 'rank', given.scope);
  const names = { users: given.userNames.texts, resources: given.resourceNames.texts };
  const hide = holdOutPairs(given.users, given.resources, scoped, { share: 0.2, minimum: 5, names });
  const [kept, gone]: [number[], number[]] = [[], []];
  hide.forEach((flag, pair) => (flag === 1 ? gone : kept).push(pair));
  const hidden = pick(given, gone);
  const rest = { ...given, ...pick(given, kept), likelihoods: Float64Array.from(kept, (pair) => given.likelihoods[pair] as number) };
  return { rest, hidden, swapped: credentialSwap(hidden.users, hidden.resources, pairLookup(given), scoped) };
}

/** A choice to be made: how many factorisations it takes, and how to make it. */
export interface RankChoice {
  readonly trials: number;
  readonly choose: (effort: Effort) => Promise<number>;
}

/** Free where the rank is given or there is too little to hide. */
export function rankChoice(scopes: readonly ScopeLikelihoods[], settings: Settings, seed: number): RankChoice {
  const { rank } = settings;
  if (rank !== 'auto') return { trials: 0, choose: async () => rank };
  const splits = scopes.map((scope) => split(scope, seed));
  if (splits.reduce((sum, { hidden }) => sum + hidden.users.length, 0) < leastHidden) return { trials: 0, choose: async () => modestRank };
  return { trials: candidateRanks.length, choose: (effort) => smallestGood(splits, settings, effort) };
}

/** The smallest rank that tells hidden real pairs from the same pairs with swapped credentials about as well as the best. */
async function smallestGood(splits: readonly Split[], settings: Settings, effort: Effort): Promise<number> {
  const matrix = joined(splits.map(({ rest }) => scopeMatrix(rest, settings, effort.seed)));
  let best = { rank: candidateRanks[0] as number, auc: Number.NEGATIVE_INFINITY };
  for (const rank of candidateRanks) {
    const factorisation = new Factorisation(matrix, await factorise(matrix, rank, settings, effort));
    const found = separation(factorisation, splits);
    if (found > best.auc + worthwhile) best = { rank, auc: found };
  }
  return best.rank;
}

function separation(factorisation: Factorisation, splits: readonly Split[]): number {
  const surprises = (side: 'hidden' | 'swapped'): Float64Array =>
    Float64Array.from(factorisation.groups.flatMap((group, i) => {
      const { users, resources } = (splits[i] as Split)[side];
      return [...users.entries()].flatMap(([row, user]) => {
        const [u, r] = [group.firstUser + user, group.firstResource + (resources[row] as number)];
        if (factorisation.accessesOf(u) === 0 || factorisation.usersOf(r) === 0) return [];
        return [(group.scale.mean - factorisation.dot(u, r)) / group.scale.deviation];
      });
    }));
  return auc(surprises('swapped'), surprises('hidden'));
}

import { randomFrom } from '../random/index.ts';
import { pairKey, type Pairs } from './pair-lookup.ts';

type Exists = (user: number, resource: number) => boolean;

/** As many pairs as rows, both ends uniform over the distinct users and resources of `from`. None exists, none twice; fewer when hardly any are left. */
export function uniformNegatives(rows: number, from: Pairs, exists: Exists, seed: number): Pairs {
  const users = [...new Set(from.users)].sort((a, b) => a - b);
  const resources = [...new Set(from.resources)].sort((a, b) => a - b);
  const random = randomFrom(seed);
  return draw(rows, () => [users[random.below(users.length)] as number, resources[random.below(resources.length)] as number], exists);
}

/** One pair per row of `heldOut`: its user, with a resource drawn as often as the rows of `training` name it. None exists, none twice; rows that cannot be placed are left out. */
export function popularityNegatives(heldOut: Pairs, training: Pairs, exists: Exists, seed: number): Pairs {
  const random = randomFrom(seed);
  const rows = training.resources.length;
  return draw(heldOut.users.length, (row) => [heldOut.users[row] as number, training.resources[random.below(rows)] as number], exists);
}

const tries = 200;

function draw(rows: number, next: (row: number) => readonly [number, number], exists: Exists): Pairs {
  const drawn = new Map<number, readonly [number, number]>();
  for (let row = 0; row < rows; row++) {
    for (let attempt = 0; attempt < tries; attempt++) {
      const [user, resource] = next(row);
      const key = pairKey(user, resource);
      if (drawn.has(key) || exists(user, resource)) continue;
      drawn.set(key, [user, resource]);
      break;
    }
  }
  const pairs = [...drawn.values()];
  return { users: Int32Array.from(pairs, ([user]) => user), resources: Int32Array.from(pairs, ([, resource]) => resource) };
}

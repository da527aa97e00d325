import type { Random } from '@byoml/core/random';
import { PairTable } from '../graph/pair-table.ts';
import type { IdPairs } from './likelihoods.ts';

const distinct = (ids: Int32Array): Int32Array => Int32Array.from(new Set(ids)).sort();

/** At most `factor` × pairs distinct pairs that are not among them, drawn uniformly from their users × their resources. */
export function complementSet({ users, resources }: IdPairs, factor: number, random: Random): IdPairs {
  const table = new PairTable();
  users.forEach((user, i) => table.number(user, resources[i] as number));
  const [someUsers, someResources] = [distinct(users), distinct(resources)];
  const given = table.size;
  for (let draw = 0; draw < factor * users.length; draw++) {
    table.number(someUsers[random.below(someUsers.length)] as number, someResources[random.below(someResources.length)] as number);
  }
  return { users: table.users().slice(given), resources: table.resources().slice(given) };
}

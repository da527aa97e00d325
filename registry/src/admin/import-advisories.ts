import { isDeepStrictEqual } from 'node:util';
import type { Advisory } from '../trust/advisories.ts';
import { countingAdvisory, listAdvisories } from './list-advisories.ts';
import type { Administered } from './administered.ts';
import { signedAdvisory } from './publish-advisory.ts';

/** Signs the advisories of a bundle with the key of this registry, since its clients heed no other. Those that are here already stay. The ids of the others. */
export async function importAdvisories(administered: Administered, advisories: readonly Advisory[]): Promise<readonly string[]> {
  const { storage, packages: { history }, now, signal } = administered.registry;
  const here = new Map((await listAdvisories({ storage, history, now: new Date(now()) }, signal)).map((listed) => [listed.id, countingAdvisory(listed)]));
  const wanted = advisories.filter((advisory) => !isDeepStrictEqual(here.get(advisory.id), advisory));
  for (const advisory of wanted) await signedAdvisory(administered, advisory);
  return wanted.map(({ id }) => id);
}

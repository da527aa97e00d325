import type { Factorisation, FittedGroup } from './factorisation.ts';

/** What a user should know about a fit that succeeded. */
export function warnings(factorisation: Factorisation): string[] {
  const { groups, factors } = factorisation;
  const clusters = factorisation.clusters();
  const shared = groups.length > 1 && clusters > factors.rank ? [`${clusters} unconnected clusters in ${groups.length} scopes share ${factors.rank} factors: set separateScopes or a higher rank`] : [];
  return [...shared, ...groups.flatMap(groupWarnings)];
}

function groupWarnings({ scope, trainedUsers, resources, scale }: FittedGroup): string[] {
  const where = scope === '' ? 'the data' : `scope "${scope}"`;
  if (trainedUsers === 1) return [`${where} has one user: nobody to compare with`];
  if (resources.size === 1) return [`${where} has one resource: nothing to compare with`];
  return scale.deviation === 1 && scale.mean !== 0 ? [`all accesses of ${where} fit alike: scores say little`] : [];
}

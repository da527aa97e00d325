import type { Explanation } from '../contracts/explanation.ts';
import type { IncidentDraft } from '../detection/daily/incidents.ts';

interface Told {
  readonly message: string;
  readonly explanation: unknown;
  readonly surprise: number;
}

const named = 3;

const listed = (names: readonly string[]): string => {
  const more = names.length - named;
  if (more > 0) return `${names.slice(0, named).join(', ')} and ${more} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : (names[0] ?? '');
};

const accesses = (count: number): string => (count === 1 ? 'an unusual new access' : `${count} unusual new accesses`);

/** One sentence for an analyst, and why the oddest row is odd. */
export function incidentSentence({ kind, entity, places }: Pick<IncidentDraft, 'kind' | 'entity' | 'places'>, users: readonly string[], resources: readonly string[], alerts: readonly Told[]): string {
  const oddest = alerts.toSorted((a, b) => b.surprise - a.surprise)[0];
  const why = (oddest?.explanation as Explanation | null)?.sentence ?? oddest?.message ?? '';
  const what = `${accesses(places.length)}: ${listed(resources)}`;
  const who = kind === 'account' ? `${entity} made ${what}` : `${users.length} accounts that had not been at ${entity} before (${listed(users)}) made ${what}`;
  return `${who}. ${why}`.trim();
}

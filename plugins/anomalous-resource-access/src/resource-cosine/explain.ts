import type { Explanation, Reason } from '@byoml/core';
import type { Task } from '../graph/family.ts';
import { pairNames } from '../peer-lift/explain.ts';
import type { ResourceCosine } from './cosine.ts';

/** Why a pair has its prediction: the exact share of every resource that the user already uses. surprise = 1 − total. */
export function explainCosine(cosine: ResourceCosine, task: Task, i: number): Explanation {
  const names = pairNames(task, i);
  const { graph } = cosine;
  const shares = [...cosine.shares(task.pairs.users[i] as number, task.pairs.resources[i] as number)].sort(([a, x], [b, y]) => y - x || a - b);
  const terms = shares.map(([resource, value]) => ({ from: { resource: graph.resources.texts[resource] as string }, value }));
  const total = terms.reduce((sum, { value }) => sum + value, 0);
  const [closest] = terms;
  const sentence =
    closest === undefined
      ? `Nobody who uses ${names.resource} uses anything that ${names.user} uses.`
      : `Of what the users of ${names.resource} use, ${(100 * total).toFixed(1)} % is used by ${names.user}, most of it ${closest.from.resource}.`;
  const reason: Reason = closest === undefined ? { kind: 'no-path', sentence, facts: {} } : { kind: 'shared-resource', sentence, facts: { resources: terms.slice(0, 3).map(({ from }) => from.resource), share: total } };
  return { explains: 'surprise', exact: true, quantity: 'pred', total, terms, reasons: [reason], sentence };
}

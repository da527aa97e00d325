import { statuses } from '@byoml/core';
import type { Factorisation, FittedGroup } from './factorisation.ts';

const cold = Uint8Array.from(statuses, (status) => (status === 'known' || status === 'scored' ? 0 : 1));
const unconnected = statuses.indexOf('unconnected');

/** A row's three answers. */
export interface Answer {
  readonly surprise: number;
  readonly coldSurprise: number;
  /** An index into `statuses`. */
  readonly status: number;
}

/** Of a scope that training did not have. */
export const unknownScope: Answer = { surprise: 0, coldSurprise: Math.log(2), status: statuses.indexOf('new-both') };

/**
 * The original's z-score (μ − x·y)/σ, with finite stand-ins (settled 10): its null (a name without factors) is μ/σ, its +∞ (no path
 * of accesses) μ/σ + 1. Those are all alike, so cold rows are ordered by rarity among the scope's users instead: −ln((n_r + ½)/(n + 1)).
 */
export function answerOf(factorisation: Factorisation, group: FittedGroup, user: number, resource: number): Answer {
  const status = factorisation.statusOf(user, resource);
  const coldSurprise = -Math.log((factorisation.usersOf(resource) + 0.5) / (group.trainedUsers + 1));
  if (cold[status] === 1) return { surprise: group.ceiling + (status === unconnected ? 1 : 0), coldSurprise, status };
  return { surprise: (group.scale.mean - factorisation.dot(user, resource)) / group.scale.deviation, coldSurprise, status };
}

import { statuses } from '@byoml/core';
import type { Factorisation, FittedGroup } from './factorisation.ts';

export const newBoth = statuses.indexOf('new-both');
const unconnected = statuses.indexOf('unconnected');
const hot = Uint8Array.from(statuses, (status) => (status === 'known' || status === 'scored' ? 1 : 0));

/**
 * The original's z-score (μ − x·y)/σ, with finite stand-ins (settled 10): its null (a name without factors) is μ/σ, its +∞ (no path
 * of accesses) μ/σ + 1. `status` is an index into `statuses`.
 */
export function surpriseOf(factorisation: Factorisation, { scale, ceiling }: FittedGroup, user: number, resource: number, status: number): number {
  if (hot[status] === 1) return (scale.mean - factorisation.dot(user, resource)) / scale.deviation;
  return status === unconnected ? ceiling + 1 : ceiling;
}

/** The stand-ins are all alike, so cold rows are ordered by rarity among the scope's users instead: −ln((n + ½)/(N + 1)), n of N use the resource. */
export const rarity = (users: number, trainedUsers: number): number => -Math.log((users + 0.5) / (trainedUsers + 1));

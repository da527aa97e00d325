import { kthLargest } from '../budget/threshold.ts';
import type { IncidentDraft } from './incidents.ts';

/** How far above the budget the line lies: the queue takes the best of what is above it, and says how many more there are. */
const lineFactor = 1.5;

/** Score from which an incident may enter the queue: the (1.5·B·W·eᶜ)-th largest of the window. `ascending` holds the scores of W working days. */
export const queueLine = (ascending: Float64Array, workingDays: number, perDay: number, correction: number): number =>
  workingDays === 0 ? -Infinity : kthLargest(ascending, lineFactor * perDay * workingDays * Math.exp(correction));

/** What the correction of the line is measured against. */
export const lineBudget = (perDay: number): number => lineFactor * perDay;

/** One in how many incidents of the window is as odd. */
export function oneInOf(ascending: Float64Array, score: number): number {
  let at = ascending.length;
  while (at > 0 && (ascending[at - 1] as number) >= score) at--;
  return (ascending.length + 1) / (ascending.length - at + 1);
}

export interface Queue {
  /** In order of rank. */
  readonly queued: readonly IncidentDraft[];
  /** Above the line, left out by the budget, highest first. */
  readonly more: readonly IncidentDraft[];
}

/** Part of the budget that a queue holds at least, as far as there is anything just below the line. */
const leastFilled = 0.8;
/** Just below: half as many again would lie above a line so much lower, were scores (sums of −ln p) exponential. */
const reserve = Math.log(1.5);

/** Incidents that a queue has room for. */
export const placesOf = (perDay: number): number => Math.max(1, Math.round(perDay));

/**
 * The best incidents above the line, at most `perDay`. What an earlier run of the same day queued stays queued, whatever came
 * since: an analyst may already be looking at it. `drafts` come the highest first, ties in an order of their own; so does the queue.
 * The line follows the last twenty working days, so in weeks of falling volume it lies too high: when the day is whole, a queue that
 * would be less than .8 full takes the next ones from just below the line. (Not before: what is just below at noon would hold the
 * places of what comes in the afternoon.)
 */
export function queueOf(drafts: readonly IncidentDraft[], line: number, perDay: number, wasQueued: (draft: IncidentDraft) => boolean, isWhole = false): Queue {
  const held = drafts.filter(wasQueued);
  const others = drafts.filter((draft) => !wasQueued(draft));
  const above = others.filter(({ score }) => score >= line);
  const taken = above.slice(0, Math.max(0, placesOf(perDay) - held.length));
  const spare = isWhole ? Math.max(0, Math.floor(leastFilled * placesOf(perDay)) - held.length - taken.length) : 0;
  const below = others.filter(({ score }) => score < line && score >= line - reserve).slice(0, spare);
  const chosen = new Set([...held, ...taken, ...below]);
  return { queued: drafts.filter((draft) => chosen.has(draft)), more: above.slice(taken.length) };
}

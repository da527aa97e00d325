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

/**
 * The best incidents above the line, at most `perDay`. What an earlier run of the same day queued stays queued, whatever came
 * since: an analyst may already be looking at it.
 */
export function queueOf(drafts: readonly IncidentDraft[], line: number, perDay: number, wasQueued: (draft: IncidentDraft) => boolean): Queue {
  const places = Math.max(1, Math.round(perDay));
  const held = drafts.filter(wasQueued);
  const above = drafts.filter((draft) => !wasQueued(draft) && draft.score >= line);
  const free = Math.max(0, places - held.length);
  const queued = [...held, ...above.slice(0, free)].sort((a, b) => b.score - a.score);
  return { queued, more: above.slice(free) };
}

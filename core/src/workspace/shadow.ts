import type { Ledger } from './ledger.ts';
import { knownOf } from './left-out.ts';
import { loadMemory } from './load-memory.ts';
import type { Memory } from './memory.ts';
import { progress } from './progress.ts';
import type { DayRows, DaySpan } from './rows.ts';
import type { RunRequest } from './run-request.ts';

interface ShadowRequest extends RunRequest {
  readonly ledger: Ledger;
  /** The day after the last whole day, and the day so far. */
  readonly to: number;
  readonly partial: Date | null;
  /** What production has just read. */
  readonly rows: DayRows | null;
}

/**
 * Lets the shadow model score the days that production has scored; what it finds is recorded beside production's and goes to no
 * sink. It is not trained again. Day by day: production's guards of each day hold for the next.
 */
export async function progressShadow(request: ShadowRequest): Promise<void> {
  const { session, plan, state, clock, run, ledger, to, partial } = request;
  for (;;) {
    const memory = await loadMemory(session, plan, state, 'shadow');
    if (!memory) return;
    const day = (memory.state.closedThrough ?? memory.state.trainedAt - 1) + 1;
    if (day > to || (day === to && !partial)) return;
    const days: DaySpan = { from: day, to: Math.min(to, day + 1) };
    await progress({ session, plan, role: 'shadow', ledger, clock, memory, days, partial: day === to ? partial : null, rows: usable(request, memory, day), known: knownOf(state, plan.detection.name), retrains: false, run });
    if (day === to) return;
  }
}

/** Production's rows, where they reach as far and have what the shadow's algorithm reads. */
function usable({ rows, plan }: ShadowRequest, { learned, chosen }: Memory, day: number): DayRows | undefined {
  const reaches = rows !== null && rows.span.from <= Math.min(day, learned.to) && rows.span.to > day;
  return reaches && chosen.component.address === plan.chosen.component.address ? rows : undefined;
}

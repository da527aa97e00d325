import { progress } from './progress.ts';
import { loadMemory } from './load-memory.ts';
import type { Ledger } from './ledger.ts';
import type { DayRows, DaySpan } from './rows.ts';
import type { RunRequest } from './run-request.ts';

interface ShadowRequest extends RunRequest {
  readonly ledger: Ledger;
  readonly days: DaySpan;
  readonly partial: Date | null;
  readonly rows: DayRows;
}

/** Lets the shadow model score the same days; what it finds is recorded beside production's and goes to no sink. It is not trained again. */
export async function progressShadow({ session, plan, state, clock, run, ledger, days, partial, rows }: ShadowRequest): Promise<void> {
  const memory = await loadMemory(session, plan, state, 'shadow');
  if (!memory) return;
  const from = Math.max(days.from, (memory.state.closedThrough ?? memory.state.trainedAt - 1) + 1);
  if (from >= days.to && !partial) return;
  await progress({ session, plan, role: 'shadow', ledger, clock, memory, days: { from, to: days.to }, partial, rows, retrains: false, run });
}

import type { Session } from '../ad-hoc/session.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Run } from '../contracts/run.ts';
import { isoDay, noDay } from '../detection/table/days.ts';
import type { Plan } from './plan.ts';
import { loadRows, spanWindow, type DaySpan } from './rows.ts';
import { trainDays } from './step.ts';

const dayMs = 86_400_000;
const always: DaySpan = { from: -1e8, to: 1e8 };

/** DATA_EMPTY, with the days that the source does have. */
export async function nothingToLearn(session: Session, plan: Plan, day: number, run: Run): Promise<ByomlError> {
  const there = await daysThere(session, plan, { ...run, progress: () => {} });
  const said = there ? `the source has ${isoDay(there.from)} to ${isoDay(there.to - 1)}` : 'the source has no rows at all';
  return new ByomlError('DATA_EMPTY', `${plan.detection.name}: no rows to learn from in the ${trainDays(plan)} days before ${isoDay(day)}; ${said}`, {
    details: { detection: plan.detection.name, from: isoDay(day - trainDays(plan)), to: isoDay(day), ...(there && { there: { from: isoDay(there.from), to: isoDay(there.to) } }) },
  });
}

async function daysThere(session: Session, plan: Plan, run: Run): Promise<DaySpan | null> {
  const scan = await plan.source.scan(spanWindow(always), run);
  const spans = scan.kind === 'files' ? scan.files.map(({ span }) => span) : [];
  if (spans.length > 0 && spans.every((span) => span !== undefined)) {
    return { from: Math.floor(Math.min(...spans.map(({ from }) => from.getTime())) / dayMs), to: Math.ceil(Math.max(...spans.map(({ to }) => to.getTime())) / dayMs) };
  }
  const { days } = await loadRows(session, plan, always, run);
  const known = days.filter((day) => day !== noDay);
  return known.length === 0 ? null : { from: known.reduce((a, b) => Math.min(a, b)), to: known.reduce((a, b) => Math.max(a, b)) + 1 };
}

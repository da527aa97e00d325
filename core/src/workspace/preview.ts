import { attainable, type Attainable } from '../detection/budget/attainable.ts';
import { isoDay } from '../detection/table/days.ts';
import { isWorkday } from '../detection-file/index.ts';
import type { Clock } from '../contracts/services.ts';
import type { Run } from '../contracts/run.ts';
import type { Session } from '../ad-hoc/session.ts';
import type { RunOutcome } from '../state/index.ts';
import { previewLedger } from './ledger.ts';
import type { Plan } from './plan.ts';
import { progress } from './progress.ts';
import type { DayRows, DaySpan } from './rows.ts';

export interface PreviewedDay {
  readonly day: string;
  readonly workday: boolean;
  /** New accesses that were scored. */
  readonly candidates: number;
  /** Incidents in the queue, and how many more are above the line. */
  readonly queued: number;
  readonly more: number;
  /** Rows above the rule's stateless threshold. */
  readonly rule: number;
}

interface PreviewedIncident {
  readonly day: string;
  readonly rank: number;
  readonly entity: string;
  readonly kind: 'account' | 'source';
  readonly oneIn: number;
  readonly surprise: number;
  readonly sentence: string;
}

export interface Preview {
  readonly detection: string;
  readonly budget: number;
  readonly days: readonly PreviewedDay[];
  /** Incidents and rule alerts over the days. */
  readonly incidents: number;
  readonly rule: number;
  /** The oddest ones. */
  readonly top: readonly PreviewedIncident[];
  /** How well so large a budget can be kept at all. */
  readonly attainable: Attainable;
  readonly warnings: readonly string[];
}

interface PreviewRequest {
  readonly session: Session;
  readonly plan: Plan;
  readonly clock: Clock;
  /** Days to preview, half-open; each is scored by what was known before it. */
  readonly days: DaySpan;
  readonly perDay: number;
  readonly rows?: DayRows;
  readonly run: Run;
}

const shown = 5;

/** What a detection would have queued on past days at a budget, each day judged by earlier days only. Records nothing. */
export async function preview({ session, plan, clock, days, perDay, rows, run }: PreviewRequest): Promise<Preview> {
  const outcomes: RunOutcome[] = [];
  const detection = { ...plan.detection, budget: { perDay } };
  await progress({ session, plan: { ...plan, detection }, role: 'production', ledger: previewLedger(outcomes), clock, memory: null, days, partial: null, rows, run });
  const scored = outcomes.filter((outcome) => outcome.run.kind === 'score');
  const incidents = scored.flatMap((outcome) => outcome.incidents);
  const previewed = scored.map((outcome) => dayOf(outcome, (day) => isWorkday(detection.calendar, day)));
  return {
    detection: detection.name, budget: perDay, days: previewed, incidents: incidents.length, rule: previewed.reduce((sum, { rule }) => sum + rule, 0),
    top: incidents.toSorted((a, b) => b.surprise - a.surprise).slice(0, shown).map(({ day, rank, entity, kind, oneIn, surprise, sentence }) => ({ day: isoDay(day), rank: rank ?? 0, entity, kind, oneIn, surprise, sentence })),
    attainable: attainable(perDay), warnings: [...new Set(outcomes.flatMap((outcome) => outcome.run.warnings))],
  };
}

function dayOf({ run, incidents }: RunOutcome, isWorking: (day: number) => boolean): PreviewedDay {
  const day = run.day ?? 0;
  return { day: isoDay(day), workday: isWorking(day), candidates: run.funnel.scored, queued: incidents.length, more: run.more, rule: run.aboveThreshold };
}

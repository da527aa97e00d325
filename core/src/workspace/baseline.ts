import { accessColumns, directoryColumns } from '../contracts/access.ts';
import type { Column } from '../contracts/columns.ts';
import { dictionary } from '../contracts/dictionary.ts';
import { ByomlError } from '../contracts/errors.ts';
import { numbers } from '../contracts/numbers.ts';
import type { Clock } from '../contracts/services.ts';
import { fileFormat } from '../ad-hoc/file-format.ts';
import type { Session } from '../ad-hoc/session.ts';
import { lookupAdvice, lookupKql } from '../hunting/index.ts';
import { isoDay } from '../detection/table/days.ts';
import { lookupTable } from './baseline/lookup-table.ts';
import { eventsIn } from './hunt.ts';
import type { Plan } from './plan.ts';
import { loadRows, type DayRows } from './rows.ts';
import { trainDays, utcDayOf } from './step.ts';

interface BaselineRequest {
  readonly session: Session;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly out: string;
  /** At most so many pairs, those that were seen last. */
  readonly maxRows?: number | undefined;
}

/** What was written. */
export interface Baseline {
  readonly detection: string;
  readonly out: string;
  readonly rows: number;
  /** Pairs that were left out because of `maxRows`. */
  readonly leftOut: number;
  /** First and last UTC day. */
  readonly days: { readonly from: string; readonly to: string };
  /** A query that looks events up in it, and where it has to be for that. */
  readonly kql: string;
  readonly advice: string;
}

/**
 * Writes who used what in a detection's training window, how rarely, and how rarely among peers: a table that rules of others can join. Throws what reading
 * throws, FORMAT_UNKNOWN, and DATA_EMPTY.
 */
export async function writeBaseline({ session, plan, clock, out, maxRows = Number.MAX_SAFE_INTEGER }: BaselineRequest): Promise<Baseline> {
  const format = fileFormat(out);
  const to = utcDayOf(new Date(clock.now().getTime() - plan.detection.score.lag));
  const span = { from: to - trainDays(plan), to };
  const input = { ...accessColumns, department: directoryColumns.department };
  const rows = await loadRows(session, plan, span, session.run, { input });
  const { batch: table, pairs } = await lookupTable(accessRows(rows), maxRows, session.run);
  const days = { from: isoDay(span.from), to: isoDay(span.to - 1) };
  if (pairs === 0) throw new ByomlError('DATA_EMPTY', `${plan.detection.name}: there are no accesses from ${days.from} to ${days.to}`, { details: { ...days } });
  const relation = await (await session.engine(plan.detection.engine)).open({ kind: 'batches', name: 'the baseline', batches: { async *[Symbol.asyncIterator]() { yield table; } } }, session.run);
  const written = await relation.write(out, format, session.run);
  const lookup = { detection: plan.detection.name, format, events: eventsIn(plan) };
  return { detection: plan.detection.name, out, rows: written.rows, leftOut: pairs - written.rows, days, kql: lookupKql(lookup), advice: lookupAdvice(lookup) };
}

function accessRows({ table: { rows, columns }, days, firstSeen, lastSeen }: DayRows) {
  const text = (name: string): Column<string> => (columns[name] as Column<string> | undefined) ?? Array.from({ length: rows }, () => '');
  return {
    scope: dictionary(text('scope')), user: dictionary(text('user')), resource: dictionary(text('resource')),
    count: columns['count'] ? numbers(columns['count'] as Column<number>) : new Float64Array(rows).fill(1),
    days, firstSeen, lastSeen,
    department: columns['department'] ? dictionary(columns['department'] as Column<string>) : null,
  };
}

import type { Run } from '../contracts/run.ts';
import type { Clock } from '../contracts/services.ts';
import type { History } from '../detection/daily/history.ts';
import type { Role } from '../state/index.ts';
import type { DayRows } from './rows.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';

/** What training and scoring a detection share while it goes from day to day. */
export interface Stepping {
  readonly plan: Plan;
  readonly role: Role;
  readonly ledger: Ledger;
  readonly history: History;
  readonly rows: DayRows;
  readonly clock: Clock;
  readonly run: Run;
}

const dayMs = 86_400_000;

export const trainDays = ({ detection }: Plan): number => Math.max(1, Math.round(detection.train.window / dayMs));
export const everyDays = ({ detection }: Plan): number => Math.max(1, Math.round(detection.train.every / dayMs));
/** Calendar days that hold the 20 working days of a calibration window, holidays included. The ten before them only lead: they make do with what there is. */
export const replayDays = 35;
export const startOfDay = (day: number): string => new Date(day * dayMs).toISOString();
export const utcDayOf = (moment: Date): number => Math.floor(moment.getTime() / dayMs);
/** Days whose rows are held at once: a backlog of years takes no more memory than these and what a training reads. */
export const daysAtOnce = 60;

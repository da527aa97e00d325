import { isWorkday, type Detection } from '../detection-file/index.ts';
import type { RunRecord, RunStatus, WatermarkRecord } from '../state/index.ts';
import type { ScanFile } from '../contracts/data-source.ts';

/** What is known of the source when a window is scored. */
export interface Heard {
  /** Whether it brought new files or bytes since the run before; null for sources without files. */
  readonly isNew: boolean | null;
  /** The run before, of this day or of the one before it. */
  readonly last: RunRecord | null;
}

/** Whether any of the files is new, or longer than it was when it was last read. */
export const bringsNews = (files: readonly ScanFile[], marks: ReadonlyMap<string, Pick<WatermarkRecord, 'bytes'>>): boolean =>
  files.some(({ url, bytes, offset = 0 }) => bytes + offset > (marks.get(url)?.bytes ?? 0));

interface Window {
  readonly day: number;
  readonly to: Date;
  readonly closes: boolean;
  /** Records that the view let through, and the digest of its rows. */
  readonly records: number;
  readonly data: string;
}

export interface Silence {
  readonly status: RunStatus;
  readonly warnings: readonly string[];
}

const quiet = /^nothing new from the source since (\S+Z)/u;
const none: Silence = { status: 'done', warnings: [] };

/**
 * `silent` when two windows in a row brought nothing and two intervals have passed since something came; so is a whole working
 * day without a record. A quiet window says since when in its warnings, and the next one goes on from there.
 */
export function silenceOf({ calendar, score: { every } }: Pick<Detection, 'calendar' | 'score'>, { isNew, last }: Heard, window: Window): Silence {
  const { day, to, closes, records, data } = window;
  if (closes && last?.day !== day) return records === 0 && isWorkday(calendar, day) ? silentDay : none;
  const hasNews = isNew ?? (last?.day === day ? last.data !== data : records > 0);
  if (hasNews || !last) return none;
  return quietWindow(last, to, every);
}

const silentDay: Silence = { status: 'silent', warnings: ['a whole working day without a single record: the source is silent'] };

function quietWindow(last: NonNullable<Heard['last']>, to: Date, every: number): Silence {
  const before = last.warnings.map((warning) => quiet.exec(warning)?.[1]).find((since) => since !== undefined);
  const since = before ?? last.window.to;
  const isSilent = before !== undefined && to.getTime() - Date.parse(since) >= 2 * every;
  return isSilent
    ? { status: 'silent', warnings: [`nothing new from the source since ${since}: no new file and no new record in ${Math.floor((to.getTime() - Date.parse(since)) / every)} windows; is the export still running?`] }
    : { status: 'done', warnings: [`nothing new from the source since ${since}`] };
}


import type { Database } from './database.ts';
import { where, type Page } from './filter.ts';
import type { Role, RunKind, RunOutcome, RunRecord } from './records.ts';
import { Table } from './table.ts';
import { runTable } from './tables.ts';

export interface RunFilter extends Pick<Page, 'limit'> {
  readonly detection?: string | undefined;
  readonly kind?: RunKind | undefined;
  readonly role?: Role | undefined;
  /** UTC days of score runs, half-open. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Only runs of a smaller number: the last of the page before. */
  readonly before?: number | undefined;
}

type Stored = RunRecord & { readonly role: Role };
function recordOf(stored: Stored): RunRecord {
  const { role: _, ...run } = stored;
  return run;
}

const orNull = (stored: Stored | null): RunRecord | null => stored && recordOf(stored);

/** The runs of a workspace, numbered from 1. */
export class Runs {
  readonly #database: Database;
  readonly #table: Table<Stored>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, runTable);
  }

  byKey(key: string): RunRecord | null {
    return orNull(this.#table.first(' where key = ?', [key]));
  }

  byNumber(number: number): RunRecord | null {
    return orNull(this.#table.first(' where number = ?', [number]));
  }

  latestScore(detection: string, role: Role, day: number): RunRecord | null {
    return orNull(this.#table.first(" where detection = ? and role = ? and kind = 'score' and day = ? order by number desc", [detection, role, day]));
  }

  list({ detection, kind, role, from, to, before, limit = -1 }: RunFilter): RunRecord[] {
    const { sql, values } = where([['detection = ?', detection], ['kind = ?', kind], ['role = ?', role], ['day >= ?', from], ['day < ?', to], ['number < ?', before]]);
    return this.#table.select(`${sql} order by number desc limit ?`, [...values, limit]).map(recordOf);
  }

  add({ run, role }: RunOutcome): RunRecord {
    const number = Number(this.#database.get('select ifnull(max(number), 0) + 1 as next from runs')?.['next']);
    this.#table.insert({ ...run, number, role });
    return { ...run, number };
  }
}

import type { Database } from './database.ts';
import { where } from './filter.ts';
import type { RunOutcome, SuppressedCount, SuppressedRecord } from './records.ts';
import { Table } from './table.ts';
import { suppressedTable } from './tables.ts';

export interface SuppressedFilter {
  readonly detection: string;
  /** UTC days, half-open. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const conditions = ({ detection, from, to }: SuppressedFilter): ReturnType<typeof where> => where([['detection = ?', detection], ['day >= ?', from], ['day < ?', to]]);

/** What suppressions have hidden, one row per pair and day. */
export class Suppressed {
  readonly #database: Database;
  readonly #table: Table<SuppressedRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, suppressedTable);
  }

  /** Oldest day first. */
  list(filter: SuppressedFilter): SuppressedRecord[] {
    const { sql, values } = conditions(filter);
    return this.#table.select(`${sql} order by day, recordId`, values);
  }

  /** By suppression, in the order of their ids. */
  counts(filter: SuppressedFilter): SuppressedCount[] {
    const { sql, values } = conditions(filter);
    const rows = this.#database.all(`select suppression, sum(1 - again) as alerts, sum(again) as again, max(day) as lastDay from suppressed${sql} group by suppression order by suppression`, values);
    return rows.map(({ suppression, alerts, again, lastDay }) => ({ suppression: String(suppression), alerts: Number(alerts), again: Number(again), lastDay: Number(lastDay) }));
  }

  /** At most two whose record id begins so. `beginning` is hexadecimal. */
  beginning(beginning: string): SuppressedRecord[] {
    return this.#table.select(' where recordId >= ? and recordId < ? order by recordId limit 2', [beginning, `${beginning}g`]);
  }

  /** What the last run of a day says stands in place of what earlier ones said. */
  commit({ run: { kind, day, detection }, role, suppressed }: RunOutcome): void {
    if (role !== 'production' || kind !== 'score' || day === null) return;
    this.#database.run('delete from suppressed where detection = ? and day = ?', [detection, day]);
    for (const record of suppressed) this.#table.put(record);
  }
}

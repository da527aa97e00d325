import type { Database } from './database.ts';
import { where } from './filter.ts';
import type { AlertRecord, OutboxRecord, RunOutcome } from './records.ts';
import { Table } from './table.ts';
import { outboxTable } from './tables.ts';

/** What a sink gets: the alert as it is now and the run that made it so. */
const payloadOf = ({ firstRun: _first, lastRun: run, ...alert }: AlertRecord): Readonly<Record<string, unknown>> => ({ ...alert, run });

/** Rows that the sinks have not acknowledged. */
export class Outbox {
  readonly #database: Database;
  readonly #table: Table<OutboxRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, outboxTable);
  }

  /** The oldest ones, of one sink or of all. */
  list(detection: string, limit: number, sink?: number): OutboxRecord[] {
    const { sql, values } = where([['detection = ?', detection], ['sink = ?', sink]]);
    return this.#table.select(`${sql} order by id limit ?`, [...values, limit]);
  }

  /** Positions of the sinks that rows wait for. Goes from one to the next by the index: millions may wait. */
  sinks(detection: string): number[] {
    const next = 'select min(sink) from outbox where detection = ?1';
    const found = this.#database.all(`with recursive held (sink) as (${next} union all select (${next} and sink > held.sink) from held where sink is not null) select sink from held where sink is not null`, [detection]);
    return found.map(({ sink }) => Number(sink));
  }

  acknowledge(ids: readonly number[]): void {
    this.#database.transaction(() => {
      for (const id of ids) this.#database.run('delete from outbox where id = ?', [id]);
    });
  }

  /** Only production reaches the sinks. */
  commit(run: number, { role, sinks }: RunOutcome, raised: readonly AlertRecord[]): void {
    if (role !== 'production') return;
    for (const alert of raised) {
      for (const { sink, address } of sinks) {
        const payload = JSON.stringify(payloadOf(alert));
        this.#database.run('insert into outbox (detection, sink, address, run, recordId, revision, payload) values (?, ?, ?, ?, ?, ?, ?)', [alert.detection, sink, address, run, alert.recordId, alert.revision, payload]);
      }
    }
  }
}

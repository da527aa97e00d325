import type { SQLInputValue } from 'node:sqlite';
import { ByomlError } from '../contracts/errors.ts';
import type { Refusal } from '../contracts/sink.ts';
import type { Database } from './database.ts';
import { where, type Page } from './filter.ts';
import type { AuditRecord, DeadLetterRecord } from './records.ts';
import { Table } from './table.ts';
import { auditTable, deadLetterTable } from './tables.ts';

export interface DeadLetterFilter extends Pick<Page, 'limit'> {
  readonly detection?: string | undefined;
  /** Only those of a larger id: the last of the page before. */
  readonly after?: number | undefined;
}

/** Those that fit every part that is given; all where none is. */
export interface DeadLetterChoice {
  readonly ids?: readonly number[] | undefined;
  readonly detection?: string | undefined;
  /** Up to this id: what came later was not asked about. */
  readonly through?: number | undefined;
}

/** How many were chosen of each detection and sink. */
export interface DeadLetterCount {
  readonly detection: string;
  readonly address: string;
  readonly letters: number;
  /** The largest id among them. */
  readonly through: number;
}

const row = 'detection, sink, address, run, recordId, revision, payload';
const among = 'id in (select value from json_each(?))';

/** Rows that their destinations will not take. */
export class DeadLetters {
  readonly #database: Database;
  readonly #table: Table<DeadLetterRecord>;
  readonly #audit: Table<AuditRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, deadLetterTable);
    this.#audit = new Table(database, auditTable);
  }

  /** The oldest first. */
  list({ detection, after, limit = -1 }: DeadLetterFilter): DeadLetterRecord[] {
    const { sql, values } = where([['detection = ?', detection], ['id > ?', after]]);
    return this.#table.select(`${sql} order by id limit ?`, [...values, limit]);
  }

  /** Throws RECORD_UNKNOWN for an id that is not among them. */
  count(choice: DeadLetterChoice): DeadLetterCount[] {
    const { sql, values } = chosen(choice);
    const counts = this.#database.all(`select detection, address, count(*) as letters, max(id) as through from dead_letters${sql} group by detection, sink, address order by detection, sink, address`, values)
      .map(({ detection, address, letters, through }) => ({ detection: String(detection), address: String(address), letters: Number(letters), through: Number(through) }));
    if (choice.ids) this.#assertAll(choice.ids, choice, counts.reduce((sum, { letters }) => sum + letters, 0));
    return counts;
  }

  /** Moves rows out of the outbox, all or none; ids that are gone already do no harm. */
  refuse(outboxIds: readonly number[], { code, message }: Refusal, at: string): void {
    const ids = JSON.stringify(outboxIds);
    this.#database.transaction(() => {
      // A row that is here already, which only a state changed by hand can have, is replaced.
      this.#database.run(`insert or replace into dead_letters (${row}, attempts, code, message, at) select ${row}, attempts + 1, ?, ?, ? from outbox where ${among} order by id`, [code, message, at, ids]);
      this.#database.run(`delete from outbox where ${among}`, [ids]);
    });
  }

  /** Moves them back into the outbox, behind what waits there. */
  retry(choice: DeadLetterChoice, at: string): DeadLetterCount[] {
    return this.#removed(choice, { action: 'dead-letter-retry', at }, ({ sql, values }) =>
      this.#database.run(`insert into outbox (${row}, attempts) select ${row}, attempts from dead_letters${sql} order by id`, values));
  }

  drop(choice: DeadLetterChoice, at: string): DeadLetterCount[] {
    return this.#removed(choice, { action: 'dead-letter-drop', at }, () => {});
  }

  #removed(choice: DeadLetterChoice, audit: Pick<AuditRecord, 'action' | 'at'>, first: (those: ReturnType<typeof where>) => void): DeadLetterCount[] {
    return this.#database.transaction(() => {
      const counts = this.count(choice);
      const those = chosen(choice);
      first(those);
      this.#database.run(`delete from dead_letters${those.sql}`, those.values);
      for (const { detection, address, letters } of counts) this.#audit.insert({ ...audit, detection, detail: `${letters} of ${address}` });
      return counts;
    });
  }

  #assertAll(ids: readonly number[], choice: DeadLetterChoice, found: number): void {
    if (found === new Set(ids).size) return;
    const { sql, values } = chosen(choice);
    const held = new Set(this.#database.all(`select id from dead_letters${sql}`, values).map(({ id }) => Number(id)));
    const missing = ids.find((id) => !held.has(id));
    const of = choice.detection === undefined ? '' : ` of ${choice.detection}`;
    throw new ByomlError('RECORD_UNKNOWN', `there is no dead letter ${missing}${of}; see \`byoml deadletter list\``, { details: { id: missing, detection: choice.detection } });
  }
}

const chosen = ({ ids, detection, through }: DeadLetterChoice): { readonly sql: string; readonly values: SQLInputValue[] } =>
  where([['detection = ?', detection], ['id <= ?', through], [among, ids && JSON.stringify(ids)]]);

import type { Database } from './database.ts';
import type { QuarantineRecord, RunOutcome } from './records.ts';
import { Table } from './table.ts';
import { quarantineTable } from './tables.ts';

/** Files that runs leave out, one version of each. */
export class Quarantine {
  readonly #database: Database;
  readonly #table: Table<QuarantineRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, quarantineTable);
  }

  /** By URL. */
  list(detection: string): QuarantineRecord[] {
    return this.#table.select(' where detection = ? order by url', [detection]);
  }

  /** Forgets which version could not be read, so that the next run tries it. */
  retry(detection: string, urls: readonly string[]): void {
    this.#database.transaction(() => {
      for (const url of urls) this.#database.run("update quarantine set version = '' where detection = ? and url = ?", [detection, url]);
    });
  }

  /** A file that a run has read is free; one that it could not read is held since the first run that left any version of it out. */
  commit(number: number, { run: { detection, at }, watermarks, quarantine = [] }: RunOutcome): void {
    for (const { url } of watermarks) this.#database.run('delete from quarantine where detection = ? and url = ?', [detection, url]);
    for (const file of quarantine) {
      const held = this.#table.first(' where detection = ? and url = ?', [detection, file.url]);
      this.#table.put({ ...file, since: held?.since ?? number, at: held?.at ?? at });
    }
  }
}

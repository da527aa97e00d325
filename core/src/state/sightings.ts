import type { Database } from './database.ts';
import type { AlertRecord, GuardRecord, HostSighting, RunOutcome, WatermarkRecord } from './records.ts';
import { Table } from './table.ts';
import { guardTable, hostTable, watermarkTable } from './tables.ts';

/** What runs have seen of their sources: how far each file was read, who was seen where, and which pairs are not to be learned yet. */
export class Sightings {
  readonly #database: Database;
  readonly #guards: Table<GuardRecord>;
  readonly #watermarks: Table<WatermarkRecord>;
  readonly #hosts: Table<HostSighting & { readonly detection: string }>;

  constructor(database: Database) {
    this.#database = database;
    this.#guards = new Table(database, guardTable);
    this.#watermarks = new Table(database, watermarkTable);
    this.#hosts = new Table(database, hostTable);
  }

  /** Guards that began before that UTC day and last beyond it. */
  guards(detection: string, day: number): GuardRecord[] {
    return this.#guards.select(' where detection = ? and until > ? and since < ? order by scope, user, resource, since', [detection, day, day]);
  }

  watermarks(detection: string): ReadonlyMap<string, WatermarkRecord> {
    return new Map(this.#watermarks.select(' where detection = ? order by url', [detection]).map((watermark) => [watermark.url, watermark]));
  }

  hosts(detection: string): HostSighting[] {
    return this.#hosts.select(' where detection = ? order by scope, user, host', [detection]).map(({ scope, user, host, firstDay }) => ({ scope, user, host, firstDay }));
  }

  /** Lets go of pairs whose alerts were taken back: nothing is left to keep them out of the graph. */
  release(alerts: readonly AlertRecord[]): void {
    for (const { detection, scope, user, resource, day } of alerts) this.#database.run('delete from guards where detection = ? and scope = ? and user = ? and resource = ? and since = ?', [detection, scope, user, resource, day]);
  }

  commit({ run: { detection }, guards, watermarks, hosts }: RunOutcome): void {
    for (const guard of guards) this.#guards.put(guard);
    for (const watermark of watermarks) this.#watermarks.put(watermark);
    for (const { scope, user, host, firstDay } of hosts) {
      this.#database.run('insert into hosts (detection, scope, user, host, firstDay) values (?, ?, ?, ?, ?) on conflict do update set firstDay = min(firstDay, excluded.firstDay)', [detection, scope, user, host, firstDay]);
    }
  }
}

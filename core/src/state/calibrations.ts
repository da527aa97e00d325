import type { Database } from './database.ts';
import type { CalibrationDay } from './records.ts';
import { Table } from './table.ts';
import { calibrationDayTable, calibrationScopeTable } from './tables.ts';

/** The days of all calibration windows. A generation is one window's past; its days never change once written. */
export class Calibrations {
  readonly #database: Database;
  readonly #days: Table<Omit<CalibrationDay, 'scopes'>>;
  readonly #scopes: Table<{ readonly generation: number; readonly day: number; readonly scope: string; readonly bytes: Uint8Array }>;

  constructor(database: Database) {
    this.#database = database;
    this.#days = new Table(database, calibrationDayTable);
    this.#scopes = new Table(database, calibrationScopeTable);
  }

  /** The last `last` days before `before`, oldest first. */
  days(generation: number, { before, last }: { readonly before: number; readonly last: number }): CalibrationDay[] {
    const days = this.#days.select(' where generation = ? and day < ? order by day desc limit ?', [generation, before, last]).reverse();
    return days.map(({ incidents, day }) => {
      const scopes = this.#scopes.select(' where generation = ? and day = ? order by scope', [generation, day]);
      return { generation, day, scopes: scopes.map(({ scope, bytes }) => ({ scope, bytes })), incidents };
    });
  }

  /** One that nothing uses yet, in any detection. */
  nextGeneration(): number {
    const sql = 'select max(ifnull((select max(generation) from calibration_days), 0), ifnull((select max(generation) from models), 0), ifnull((select max(generation) from detections), 0)) + 1 as next';
    return Number(this.#database.get(sql)?.['next']);
  }

  commit(days: readonly CalibrationDay[]): void {
    for (const { generation, day, scopes, incidents } of days) {
      if (!this.#days.insertNew({ generation, day, incidents })) continue;
      for (const { scope, bytes } of scopes) this.#scopes.insert({ generation, day, scope, bytes });
    }
  }
}

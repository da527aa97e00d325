import type { Severity } from '../contracts/rule.ts';
import type { Database } from './database.ts';
import { paged, where, type Page } from './filter.ts';
import type { AlertRecord, Role, RunOutcome } from './records.ts';
import { Table } from './table.ts';
import { alertTable } from './tables.ts';

export interface AlertFilter extends Page {
  readonly detection?: string | undefined;
  readonly role?: Role | undefined;
  /** UTC days, half-open. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly incident?: string | undefined;
  readonly user?: string | undefined;
  readonly resource?: string | undefined;
  readonly severity?: Severity | undefined;
  /** Alerts that this run raised, changed or withdrew. */
  readonly run?: number | undefined;
  /** Both kinds where absent. */
  readonly withdrawn?: boolean | undefined;
}

export type AlertGroup = 'day' | 'user' | 'resource' | 'severity';
export interface AlertCount {
  readonly key: string;
  readonly alerts: number;
}

const conditions = (filter: AlertFilter): ReturnType<typeof where> =>
  where([
    ['incident = ?', filter.incident], ['user = ?', filter.user], ['resource = ?', filter.resource], ['severity = ?', filter.severity],
    ['detection = ?', filter.detection], ['role = ?', filter.role], ['day >= ?', filter.from], ['day < ?', filter.to],
    ['withdrawn = ?', filter.withdrawn === undefined ? undefined : Number(filter.withdrawn)],
    ['(recordId, role) in (select recordId, role from alert_revisions where run = ?)', filter.run],
  ]);

type Given = RunOutcome['alerts'][number];

/** The alerts of all runs, each in its latest revision. */
export class Alerts {
  readonly #database: Database;
  readonly #table: Table<AlertRecord>;

  constructor(database: Database) {
    this.#database = database;
    this.#table = new Table(database, alertTable);
  }

  get(recordId: string, role: Role): AlertRecord | null {
    return this.#table.first(' where recordId = ? and role = ?', [recordId, role]);
  }

  /** Newest day first, then the oddest. */
  list(filter: AlertFilter): AlertRecord[] {
    const { sql, values } = conditions(filter);
    return this.#table.select(`${sql} order by day desc, surprise desc, recordId limit ? offset ?`, [...values, ...paged(filter)]);
  }

  /** How many alerts of each day, user, resource or severity; ordered by that. */
  countBy(filter: AlertFilter, group: AlertGroup): AlertCount[] {
    const { sql, values } = conditions(filter);
    const rows = this.#database.all(`select ${group} as key, count(*) as alerts from alerts${sql} group by ${group} order by ${group}`, values);
    return rows.map(({ key, alerts }) => ({ key: String(key), alerts: Number(alerts) }));
  }

  /** Stores what the outcome says about alerts; returns those whose revision rose, in the order given, then the withdrawn ones. */
  commit(run: number, outcome: RunOutcome): AlertRecord[] {
    const changed = outcome.alerts.flatMap((alert) => this.#changed(run, alert) ?? []);
    const raised = [...changed, ...this.#withdrawn(run, outcome)];
    for (const alert of raised) {
      this.#table.put(alert);
      this.#database.run('insert into alert_revisions (run, recordId, role, revision) values (?, ?, ?, ?)', [run, alert.recordId, alert.role, alert.revision]);
    }
    return raised;
  }

  #changed(run: number, alert: Given): AlertRecord | null {
    const before = this.get(alert.recordId, alert.role);
    if (!before) return { ...alert, revision: 1, firstRun: run, lastRun: run };
    const { revision, firstRun, lastRun } = before;
    const [was, is] = [this.#table.encoded(before), this.#table.encoded({ ...alert, revision, firstRun, lastRun })];
    if (Object.keys(is).every((column) => is[column] === was[column])) return null;
    return { ...alert, revision: revision + 1, firstRun, lastRun: run };
  }

  /** Alerts of the scored day that an earlier run had and this one no longer has. */
  #withdrawn(run: number, { run: { kind, day, detection }, role, alerts }: RunOutcome): AlertRecord[] {
    if (kind !== 'score' || day === null) return [];
    const kept = new Set(alerts.map(({ recordId }) => recordId));
    const standing = this.#table.select(' where detection = ? and role = ? and day = ? and withdrawn = 0 order by recordId', [detection, role, day]);
    return standing.filter(({ recordId }) => !kept.has(recordId)).map((alert) => ({ ...alert, withdrawn: true, revision: alert.revision + 1, lastRun: run }));
  }
}

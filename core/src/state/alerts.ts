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
  /** The user, resource or severity, or the UTC day number. */
  readonly key: string;
  readonly alerts: number;
}

/** The facts by the way that reads the fewest of them. SQLite would have to guess: it knows nothing of how common a value is. */
function facts(filter: AlertFilter, otherwise: AlertGroup | 'detection'): string {
  if (filter.incident !== undefined || filter.run !== undefined) return 'alert_facts not indexed';
  const selective = (['user', 'resource'] as const).find((name) => filter[name] !== undefined);
  return `alert_facts indexed by facts_of_${selective ?? otherwise}`;
}

/** The counts that are kept and tell it; none where the filter asks for what they do not know. */
function keptCounts({ user, resource, incident, run, from, to }: AlertFilter, group: AlertGroup): 'day' | 'user' | 'resource' | undefined {
  const anyDay = from === undefined && to === undefined;
  if (incident !== undefined || run !== undefined) return undefined;
  if (group === 'day' || group === 'severity') return user === undefined && resource === undefined ? 'day' : undefined;
  return anyDay && (group === 'user' ? resource : user) === undefined ? group : undefined;
}

/** How many alerts of production that hold named exactly these techniques. */
export interface TechniqueCount {
  readonly detection: string;
  readonly techniques: readonly string[];
  readonly alerts: number;
}

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

  /** At most two whose record id begins so: enough to see whether it is one. `beginning` is hexadecimal. */
  beginning(beginning: string, role: Role): AlertRecord[] {
    return this.#table.select(' where recordId >= ? and recordId < ? and role = ? order by recordId limit 2', [beginning, `${beginning}g`, role]);
  }

  /** Newest day first, then the oddest. */
  list(filter: AlertFilter): AlertRecord[] {
    const { sql, values } = this.#conditions(filter);
    const chosen = `select alert from ${facts(filter, filter.detection === undefined ? 'day' : 'detection')}${sql} order by day desc, surprise desc, alert limit ? offset ?`;
    return this.#table.select(` where id in (${chosen}) order by day desc, surprise desc, id`, [...values, ...paged(filter)]);
  }

  /** How many alerts of each day, from the first; or of each user, resource or severity, the most frequent first. */
  countBy(filter: AlertFilter, group: AlertGroup): AlertCount[] {
    const { sql, values } = this.#conditions(filter);
    const kept = keptCounts(filter, group);
    const counted = kept ? `sum(alerts) as alerts from ${kept}_counts` : `count(*) as alerts from ${facts(filter, group === 'day' && filter.detection !== undefined ? 'detection' : group)}`;
    const counts = `select ${group} as id, ${counted}${sql} group by ${group}`;
    const page = [...values, ...paged(filter)];
    const rows = group === 'day'
      ? this.#database.all(`select id as key, alerts from (${counts}) order by id limit ? offset ?`, page)
      : this.#database.all(`select name as key, alerts from (${counts} order by alerts desc, ${group} limit ? offset ?) counts join names using (id) order by alerts desc, name`, page);
    return rows.map(({ key, alerts }) => ({ key: String(key), alerts: Number(alerts) }));
  }

  countByTechnique(): TechniqueCount[] {
    const rows = this.#database.all("select detection, techniques, count(*) as alerts from alerts where role = 'production' and withdrawn = 0 group by detection, techniques order by detection, techniques");
    return rows.map(({ detection, techniques, alerts }) => ({ detection: String(detection), techniques: JSON.parse(String(techniques)) as string[], alerts: Number(alerts) }));
  }

  /** Stores what the outcome says about alerts; returns those whose revision rose, in the order given, then the withdrawn ones. */
  commit(run: number, outcome: RunOutcome): AlertRecord[] {
    const changed = outcome.alerts.flatMap((alert) => this.#changed(run, alert) ?? []);
    const raised = [...changed, ...this.#withdrawn(run, outcome)];
    for (const alert of raised) {
      this.#table.put(alert);
      this.#database.run('insert into alert_revisions (run, alert, revision) select ?, id, revision from alerts where recordId = ? and role = ?', [run, alert.recordId, alert.role]);
    }
    return raised;
  }

  #conditions(filter: AlertFilter): ReturnType<typeof where> {
    const id = (name: string | undefined): bigint | undefined => (name === undefined ? undefined : this.#nameId(name));
    return where([
      ['user = ?', id(filter.user)], ['resource = ?', id(filter.resource)], ['severity = ?', id(filter.severity)],
      ['detection = ?', id(filter.detection)], ['role = ?', id(filter.role)], ['day >= ?', filter.from], ['day < ?', filter.to],
      ['withdrawn = ?', filter.withdrawn === undefined ? undefined : BigInt(filter.withdrawn)],
      ['alert in (select id from alerts where incident = ?)', filter.incident],
      ['alert in (select alert from alert_revisions where run = ?)', filter.run],
    ]);
  }

  /** Looked up before the scan, and a whole number to SQLite, where a plain one is a float: a sixth of the time of a scan. */
  #nameId(name: string): bigint {
    return BigInt(Number(this.#database.get('select id from names where name = ?', [name])?.['id'] ?? 0));
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
    const standing = this.#table.select(' where id in (select alert from alert_facts where detection = ? and day = ? and role = ? and withdrawn = 0) order by recordId', [this.#nameId(detection), day, this.#nameId(role)]);
    return standing.filter(({ recordId }) => !kept.has(recordId)).map((alert) => ({ ...alert, withdrawn: true, revision: alert.revision + 1, lastRun: run }));
  }
}

import type { Column } from '../contracts/columns.ts';
import { severities, type Alert } from '../contracts/rule.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import { scoreOf } from '../detection/calibrate/p-value.ts';
import type { History } from '../detection/daily/history.ts';
import type { PlannedRule } from './plan.ts';
import { statusOf, type DayScore } from './score-day.ts';

type RuleRow = Readonly<Record<string, unknown>>;

/** The candidate at a place as rules see it. */
function ruleRow(history: History, { candidates, p, day }: DayScore, place: number): RuleRow {
  const row = candidates.rows[place] as number;
  const { table, firstSeen, lastSeen } = history.rows;
  const cells = Object.entries(table.columns).map(([name, column]) => [name, (column as Column<unknown>).at(row) ?? undefined]);
  return {
    ...Object.fromEntries(cells),
    scope: history.scope(row), user: history.user(row), resource: history.resource(row), day, count: history.count(row), sourceHosts: history.hosts(row),
    ...(firstSeen && { firstSeen: firstSeen[row] }), ...(lastSeen && { lastSeen: lastSeen[row] }),
    surprise: candidates.surprise[place], status: statusOf(candidates, place), pValue: p[place], score: scoreOf(p[place] as number),
  };
}

/** An alert and what chose its row. */
export interface Judged extends Alert {
  /** Address of the rule template; empty without rules. */
  readonly rule: string;
  /** ATT&CK ids that the rule names. */
  readonly techniques: readonly string[];
}

/** What the rules say about candidates at these places: of several alerts about one row the gravest. Without rules every row alerts. */
export function judged(rules: readonly PlannedRule[], history: History, score: DayScore, places: readonly number[]): ReadonlyMap<number, Judged> {
  const rows = places.map((place) => ruleRow(history, score, place));
  if (rules.length === 0) return new Map(places.map((place, at) => [place, plainAlert(rows[at] as RuleRow)]));
  const chosen = new Map<number, Judged>();
  for (const planned of rules) {
    for (const { at, alert } of alertsOf(planned, rows)) {
      const before = chosen.get(places[at] as number);
      if (!before || severities.indexOf(alert.severity) > severities.indexOf(before.severity)) chosen.set(places[at] as number, { ...alert, rule: planned.address, techniques: planned.definition.attack });
    }
  }
  return chosen;
}

/** Runs one rule over the rows and notes which row each alert is about. */
function alertsOf({ address, rule }: PlannedRule, rows: readonly RuleRow[]): ReadonlyArray<{ readonly at: number; readonly alert: Alert }> {
  let last = -1;
  const watched = (function* () {
    for (last = 0; last < rows.length; last++) yield rows[last] as RuleRow;
  })();
  try {
    return Array.from(rule(watched), (alert) => ({ at: rowOf(rows, alert, Math.min(last, rows.length - 1)), alert }));
  } catch (thrown) {
    throw isByomlError(thrown) ? thrown : new ByomlError('COMPONENT_FAILED', `${address}: ${(thrown as Error).message}`, { cause: thrown, details: { component: address } });
  }
}

/** The row an alert is about: the one whose account and resource it names, else the last one that the rule had read. */
function rowOf(rows: readonly RuleRow[], { entities }: Alert, last: number): number {
  const names = (row: RuleRow): boolean => entities['account'] === row['user'] && (entities['resource'] === undefined || entities['resource'] === row['resource']);
  if (rows[last] && names(rows[last] as RuleRow)) return last;
  const found = rows.findIndex(names);
  return found < 0 ? last : found;
}

const plainAlert = (row: RuleRow): Judged => ({
  rule: '',
  techniques: [],
  severity: 'medium',
  title: 'Unusual access',
  message: `${String(row['user'])} accessed ${String(row['resource'])}: 1 in ${Math.round(1 / (row['pValue'] as number)).toLocaleString('en-US')} new accesses is as odd.`,
  entities: { account: String(row['user']), resource: String(row['resource']) },
  score: -Math.log(row['pValue'] as number),
});

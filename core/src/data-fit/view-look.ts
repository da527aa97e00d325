import type { Row } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, ViewDefinition } from '../contracts/view.ts';
import { printable } from './printable.ts';
import { profileColumns, profileOf, profileSql, type Profile } from './profile.ts';
import { answer, asView, texts } from './query.ts';
import { countColumns, countsSql, kindColumns, kindsSql, nothing, rowColumns, viewRows } from './view-rows.ts';

/** A view with its settings, as a detection or a command line chose it. */
export interface ChosenView {
  readonly definition: ViewDefinition;
  /** Parsed. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a view makes of the data, counted in the engine. */
export interface ViewLook {
  /** Records that the view's predicate lets through. */
  readonly records: number;
  /** Records that end up in rows. */
  readonly counted: number;
  readonly rows: number;
  /** Distinct users, resources and days; null where the view gives no such column. */
  readonly users: number | null;
  readonly resources: number | null;
  readonly days: number | null;
  /** UTC days. */
  readonly from: number | null;
  readonly to: number | null;
  /** Records left out as noise, by kind, the most first. */
  readonly noise: ReadonlyArray<{ readonly kind: string; readonly records: number }>;
  readonly dropped: number;
  /** Of the columns that the view reads, over those records. */
  readonly profile: Profile;
  /** The rows it gives, in the engine: `user`, `resource`, `scope` and `records` where `part` is `quiet`. */
  readonly given: Relation;
}

/**
 * Runs a view over all records and counts what comes out and what its noise filter drops. The engine reads the source once: its rows, with
 * and without noise, stay in the engine and are counted there.
 */
export async function lookThrough(source: Relation, { definition, settings }: ChosenView, run: Run, profiled = Object.keys(definition.columns)): Promise<ViewLook> {
  const noise = withNoise(definition, settings);
  const sql = (d: Dialect): string => [
    `SELECT part, n, cells, ${nothing(d)}, 0 AS ${d.ident('records')} FROM (${profileSql(d, profiled)}) AS profiled`,
    viewRows(d, 'quiet', definition, settings),
    ...(noise ? [viewRows(d, 'noisy', definition, noise)] : []),
  ].join(' UNION ALL ');
  const given = await source.view(asView({ columns: { ...texts(profiled), ...definition.columns }, where: definition.where, output: rowColumns, sql }), {}, run);
  const counts = await answer(given, { columns: rowColumns, output: countColumns, sql: countsSql }, run);
  const parts = await answer(given, { columns: rowColumns, output: profileColumns, sql: () => "SELECT part, n, cells FROM source WHERE part IN ('filled', 'distinct')" }, run);
  const found = profileOf(parts, profiled);
  const [quiet = nobody, noisy = quiet] = ['quiet', 'noisy'].map((part) => counts.find((one) => one.part === part));
  const dropped = noisy.records - quiet.records;
  const kinds = dropped === 0 ? [] : await answer(given, { columns: rowColumns, output: kindColumns, sql: kindsSql }, run);
  return { records: found.rows, counted: quiet.records, rows: quiet.n, ...distinctOf(definition, quiet), dropped, noise: kinds.map(({ kind, records }) => ({ kind: printable(kind), records })), profile: found, given };
}

type Counts = Row<typeof countColumns>;
const nobody: Counts = { part: 'quiet', n: 0, records: 0, users: 0, resources: 0, days: 0, from: undefined, to: undefined };

function distinctOf({ output }: ViewDefinition, { users, resources, days, from, to }: Counts): Pick<ViewLook, 'users' | 'resources' | 'days' | 'from' | 'to'> {
  const known = (name: string, value: number | undefined): number | null => (Object.hasOwn(output, name) && value !== undefined && Number.isFinite(value) ? value : null);
  return { users: known('user', users), resources: known('resource', resources), days: known('day', days), from: known('day', from), to: known('day', to) };
}

/** The settings that leave the noise in; undefined when the view drops none. */
function withNoise(definition: ViewDefinition, settings: ChosenView['settings']): ChosenView['settings'] | undefined {
  if (settings['noise'] !== 'drop') return undefined;
  const parsed = definition.settings.safeParse({ ...settings, noise: 'keep' });
  return parsed.success ? parsed.data : undefined;
}

/** `2026-11-24` */
export const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

import { z } from 'zod';
import { utcDay } from '../contracts/cells.ts';
import type { Relation } from '../contracts/engine.ts';
import type { Run } from '../contracts/run.ts';
import type { Dialect, ViewDefinition } from '../contracts/view.ts';
import { profileColumns, profileOf, profileSql, type Profile } from './profile.ts';
import { answer, asView, texts } from './query.ts';

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

export const rowColumns = { part: z.string(), n: z.number(), cells: z.string(), user: z.string().optional(), resource: z.string().optional(), scope: z.string().optional(), day: utcDay().optional(), records: z.number() };

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
  const rows = await source.view(asView({ columns: { ...texts(profiled), ...definition.columns }, where: definition.where, output: rowColumns, sql }), {}, run);
  const counts = await answer(rows, { columns: rowColumns, output: countColumns, sql: countsSql }, run);
  const parts = await answer(rows, { columns: rowColumns, output: profileColumns, sql: () => "SELECT part, n, cells FROM source WHERE part IN ('filled', 'distinct')" }, run);
  const quiet = counts.find(({ part }) => part === 'quiet');
  const has = (name: string): boolean => Object.hasOwn(definition.output, name);
  const known = (name: 'user' | 'resource' | 'day', value: number | undefined): number | null => (has(name) && quiet && value !== undefined && !Number.isNaN(value) ? value : null);
  const dropped = noise ? (counts.find(({ part }) => part === 'noisy')?.records ?? 0) - (quiet?.records ?? 0) : 0;
  return {
    records: parts.find(({ part }) => part === 'filled')?.n ?? 0,
    counted: quiet?.records ?? 0,
    rows: quiet?.n ?? 0,
    users: known('user', quiet?.users), resources: known('resource', quiet?.resources), days: known('day', quiet?.days), from: known('day', quiet?.from), to: known('day', quiet?.to),
    dropped,
    noise: dropped === 0 ? [] : await answer(rows, { columns: rowColumns, output: kindColumns, sql: kinds }, run),
    profile: profileOf(parts, profiled),
    given: rows,
  };
}

/** The settings that leave the noise in; undefined when the view drops none. */
function withNoise(definition: ViewDefinition, settings: ChosenView['settings']): ChosenView['settings'] | undefined {
  if (settings['noise'] !== 'drop') return undefined;
  const parsed = definition.settings.safeParse({ ...settings, noise: 'keep' });
  return parsed.success ? parsed.data : undefined;
}

const nothing = (d: Dialect): string => `CAST(NULL AS STRING) AS ${d.ident('user')}, CAST(NULL AS STRING) AS ${d.ident('resource')}, CAST(NULL AS STRING) AS ${d.ident('scope')}, CAST(NULL AS DATE) AS ${d.ident('day')}`;

/** The rows of a view, as far as they are counted here. */
function viewRows(d: Dialect, part: 'quiet' | 'noisy', { output, sql }: ViewDefinition, settings: ChosenView['settings']): string {
  const cell = (name: string, otherwise: string): string => `${Object.hasOwn(output, name) ? d.ident(name) : otherwise} AS ${d.ident(name)}`;
  const cells = [cell('user', 'CAST(NULL AS STRING)'), cell('resource', 'CAST(NULL AS STRING)'), cell('scope', 'CAST(NULL AS STRING)'), cell('day', 'CAST(NULL AS DATE)'), `${Object.hasOwn(output, 'count') ? d.ident('count') : '1'} AS ${d.ident('records')}`];
  return `SELECT '${part}' AS part, 1 AS n, '' AS cells, ${cells.join(', ')} FROM (${sql(d, settings as never)}) AS ${part}`;
}

const countColumns = { part: z.string(), n: z.number(), records: z.number(), users: z.number(), resources: z.number(), days: z.number(), from: utcDay().optional(), to: utcDay().optional() };

function countsSql(d: Dialect): string {
  const distinct = (name: string, as: string): string => `COUNT(DISTINCT ${d.ident(name)}) AS ${d.ident(as)}`;
  return `SELECT part, COUNT(*) AS n, SUM(${d.ident('records')}) AS ${d.ident('records')}, ${distinct('user', 'users')}, ${distinct('resource', 'resources')}, ${distinct('day', 'days')}, MIN(${d.ident('day')}) AS ${d.ident('from')}, MAX(${d.ident('day')}) AS ${d.ident('to')} FROM source WHERE part IN ('quiet', 'noisy') GROUP BY part`;
}

/** `2026-11-24` */
export const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

const mostKinds = 12;
const machineAccounts = 'machine accounts';
const kindColumns = { kind: z.string(), records: z.number() };

/**
 * What is in `noisy` but not in `quiet`, by kind: machine accounts; else the last name of a resource that is dropped as a whole
 * (`IPC$`); else the account.
 */
function kinds(d: Dialect): string {
  const [user, resource, records] = [d.ident('user'), d.ident('resource'), d.ident('records')];
  const last = `UPPER(COALESCE(NULLIF(SPLIT_PART(${resource}, ${d.literal('\\')}, -1), ''), ${resource}))`;
  const kind = `CASE WHEN ${user} LIKE '%$' THEN ${d.literal(machineAccounts)} WHEN ${resource} IN (SELECT ${resource} FROM source WHERE part = 'quiet') THEN ${user} ELSE ${last} END`;
  return `SELECT kind, CAST(SUM(${records}) AS BIGINT) AS ${records} FROM (SELECT ${kind} AS kind, CASE WHEN part = 'noisy' THEN ${records} ELSE -${records} END AS ${records} FROM source WHERE part IN ('quiet', 'noisy')) AS told GROUP BY kind HAVING SUM(${records}) > 0 ORDER BY ${records} DESC LIMIT ${mostKinds}`;
}

import { z } from 'zod';
import { utcDay } from '../contracts/cells.ts';
import type { Dialect, ViewDefinition } from '../contracts/view.ts';

/** What `lookThrough` keeps in the engine: the rows of a view, with and without noise, and the profile of what it reads. */
export const rowColumns = { part: z.string(), n: z.number(), cells: z.string(), user: z.string().optional(), resource: z.string().optional(), scope: z.string().optional(), day: utcDay().optional(), records: z.number() };

export const nothing = (d: Dialect): string => `CAST(NULL AS STRING) AS ${d.ident('user')}, CAST(NULL AS STRING) AS ${d.ident('resource')}, CAST(NULL AS STRING) AS ${d.ident('scope')}, CAST(NULL AS DATE) AS ${d.ident('day')}`;

/** The rows of a view, as far as they are counted here. */
export function viewRows(d: Dialect, part: 'quiet' | 'noisy', view: ViewDefinition, settings: Readonly<Record<string, unknown>>): string {
  const cell = (name: string, otherwise: string): string => `${Object.hasOwn(view.output, name) ? d.ident(name) : otherwise} AS ${d.ident(name)}`;
  const cells = [cell('user', 'CAST(NULL AS STRING)'), cell('resource', 'CAST(NULL AS STRING)'), cell('scope', 'CAST(NULL AS STRING)'), cell('day', 'CAST(NULL AS DATE)'), `${Object.hasOwn(view.output, 'count') ? d.ident('count') : '1'} AS ${d.ident('records')}`];
  return `SELECT '${part}' AS part, 1 AS n, '' AS cells, ${cells.join(', ')} FROM (${view.sql(d, settings as never)}) AS ${part}`;
}

export const countColumns = { part: z.string(), n: z.number(), records: z.number(), users: z.number(), resources: z.number(), days: z.number(), from: utcDay().optional(), to: utcDay().optional() };

export function countsSql(d: Dialect): string {
  const distinct = (name: string, as: string): string => `COUNT(DISTINCT ${d.ident(name)}) AS ${d.ident(as)}`;
  return `SELECT part, COUNT(*) AS n, SUM(${d.ident('records')}) AS ${d.ident('records')}, ${distinct('user', 'users')}, ${distinct('resource', 'resources')}, ${distinct('day', 'days')}, MIN(${d.ident('day')}) AS ${d.ident('from')}, MAX(${d.ident('day')}) AS ${d.ident('to')} FROM source WHERE part IN ('quiet', 'noisy') GROUP BY part`;
}

const mostKinds = 12;
const machineAccounts = 'machine accounts';
export const kindColumns = { kind: z.string(), records: z.number() };

/**
 * What is in `noisy` but not in `quiet`, by kind: machine accounts; else the last name of a resource that is dropped as a whole
 * (`IPC$`); else the account.
 */
export function kindsSql(d: Dialect): string {
  const [user, resource, records] = [d.ident('user'), d.ident('resource'), d.ident('records')];
  const last = `UPPER(COALESCE(NULLIF(SPLIT_PART(${resource}, ${d.literal('\\')}, -1), ''), ${resource}))`;
  const kind = `CASE WHEN ${user} LIKE '%$' THEN ${d.literal(machineAccounts)} WHEN ${resource} IN (SELECT ${resource} FROM source WHERE part = 'quiet') THEN ${user} ELSE ${last} END`;
  return `SELECT kind, CAST(SUM(${records}) AS BIGINT) AS ${records} FROM (SELECT ${kind} AS kind, CASE WHEN part = 'noisy' THEN ${records} ELSE -${records} END AS ${records} FROM source WHERE part IN ('quiet', 'noisy')) AS told GROUP BY kind HAVING SUM(${records}) > 0 ORDER BY ${records} DESC LIMIT ${mostKinds}`;
}

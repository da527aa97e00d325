import { z } from 'zod';
import { accessViewColumns } from '../contracts/access.ts';
import { cellType, type CellType } from '../contracts/cells.ts';
import type { Columns } from '../contracts/columns.ts';
import { ByomlError } from '../contracts/errors.ts';
import type { Dialect, ViewDefinition } from '../contracts/view.ts';
import { nearestText } from '../plugins/nearest.ts';
import type { InlineView } from './detection.ts';
import { pairDays, rowsOf, usersRows, type Mapped } from './inline-sql.ts';

/**
 * The view that a detection file writes out, for an algorithm that reads `input`. Without SQL of its own, a view of users and resources with a
 * time gives one row per (scope, user, resource, UTC day), as `accessViewColumns`; any other gives one row per record.
 * Throws DETECTION_INVALID where a column is none of the algorithm's, or one path is read as two types.
 */
export function inlineView(view: InlineView, input: Columns): ViewDefinition {
  const known: Columns = { ...accessViewColumns, ...input };
  const mapped = Object.entries(view.columns).map(([name, path]): Mapped => ({ name, path, type: typeOf(known, name) }));
  const { sql } = view;
  if (sql === null) refuseUnknown(mapped, known);
  const names = new Set(mapped.map(({ name }) => name));
  const isDated = ['day', 'lastSeen', 'firstSeen'].some((name) => names.has(name));
  const isPairs = names.has('user') && names.has('resource') && isDated;
  const given = sql === null ? [...names, ...(isPairs ? ['day', 'count'] : [])] : [...names, ...namedBy(sql, Object.keys(known))];
  const required = mapped.filter(({ name }) => isRequired(input, name));
  return {
    id: 'inline',
    summary: 'A view written in a detection file',
    settings: z.strictObject({}),
    table: view.table,
    columns: pathColumns(view, mapped, required),
    where: view.where,
    output: Object.fromEntries([...new Set(given)].flatMap((name) => (known[name] ? [[name, known[name]]] : []))),
    sql: (dialect: Dialect) => {
      if (sql !== null) return usersRows(dialect, mapped, sql);
      return isPairs ? pairDays(dialect, mapped) : rowsOf(dialect, mapped, required);
    },
  };
}

/** Hosts are collected from texts; a column that nobody knows is text for the view's own SQL. */
const typeOf = (known: Columns, name: string): CellType => (name === 'sourceHosts' || !known[name] ? 'text' : cellType(known[name]));

const isRequired = (input: Columns, name: string): boolean => (input[name] && !Object.hasOwn(accessViewColumns, name) ? !input[name].safeParse(undefined).success : ['user', 'resource'].includes(name));

function refuseUnknown(mapped: readonly Mapped[], known: Columns): void {
  const names = Object.keys(known);
  const unknown = mapped.find(({ name }) => !names.includes(name))?.name;
  if (unknown === undefined) return;
  throw new ByomlError('DETECTION_INVALID', `column "${unknown}" is none that the algorithm reads${nearestText(unknown, names)}; there are ${names.join(', ')}`, { details: { column: unknown, known: names } });
}

/** Known columns that SQL names with AS. */
function namedBy(sql: string, known: readonly string[]): string[] {
  const named = new Set([...sql.matchAll(/\bAS\s+["`]?(\w+)/giu)].map(([, name = '']) => name.toLowerCase()));
  return known.filter((name) => named.has(name.toLowerCase()));
}

const schemas: Readonly<Partial<Record<CellType, z.ZodType>>> = { number: z.number(), integer: z.int(), boolean: z.boolean(), texts: z.array(z.string()), numbers: z.array(z.number()) };

/**
 * What the records must hold. Days and moments are read as text, which the dialect takes apart. With a predicate no path is required: an hour
 * without a record that it lets through may well lack the column.
 */
function pathColumns(view: InlineView, mapped: readonly Mapped[], required: readonly Mapped[]): Columns {
  const columns = new Map<string, { readonly name: string; readonly schema: z.ZodType }>();
  for (const { name, path, type } of mapped) {
    const schema = schemas[type] ?? z.string();
    const before = columns.get(path);
    if (before && before.schema.type !== schema.type) throw new ByomlError('DETECTION_INVALID', `"${path}" is read as "${before.name}" and as "${name}", which are of different types`, { details: { path, columns: [before.name, name] } });
    columns.set(path, { name, schema });
  }
  for (const path of view.where.flatMap((predicate) => predicate.columns)) if (!columns.has(path)) columns.set(path, { name: path, schema: z.string() });
  const needed = new Set(view.where.length === 0 && view.sql === null ? required.map(({ path }) => path) : []);
  return Object.fromEntries([...columns].map(([path, { schema }]) => [path, needed.has(path) ? schema : schema.optional()]));
}

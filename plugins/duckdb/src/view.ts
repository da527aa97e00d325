import { ByomlError, cellType, isByomlError, type Predicate, type Run, type ViewDefinition } from '@byoml/core';
import { columnsMissing, parsePath, planColumns, type PlannedColumn } from '@byoml/core/engine';
import { convert, sqlType, storedFor, text } from './conversion.ts';
import { dialect, ident, jsonPath, literal } from './dialect.ts';
import { firstLine } from './failure.ts';
import { commonBytes } from './line-filter.ts';
import type { Session } from './session.ts';
import { fieldOf, type Field, type Table } from './table.ts';
import { withoutRepeats } from './unique.ts';

/** The view's rows as a table, in the order that its SQL gives them. */
export async function viewTable(session: Session, table: Table, view: ViewDefinition, settings: unknown, run: Run): Promise<Table> {
  const source = await sourceOf(session, table, view, run);
  const output = Object.entries(view.output).map(([name, schema], i) => ({ name, column: `c${i}`, type: cellType(schema as never) }));
  const cells = output.map(({ name, column, type }) => `CAST(${ident(name)} AS ${sqlType[type]}) AS ${column}`);
  const made = session.fresh('view');
  await session.execute(`CREATE TABLE ${made} AS WITH source AS (${source}) SELECT ${cells.join(', ')} FROM (${view.sql(dialect, settings as never)})`, run).catch((error: unknown) => {
    throw isByomlError(error) ? error : new ByomlError('COMPONENT_FAILED', `view ${view.id} over ${table.name}: ${firstLine((error as Error).message)}`, { details: { view: view.id }, cause: error });
  });
  return { name: table.name, from: `SELECT * FROM ${made}`, fields: output.map((field): Field => ({ ...field, stored: storedFor[field.type] })) };
}

/** A SELECT of the view's declared columns, under their paths as names, of the rows that its predicates let through. */
async function sourceOf(session: Session, table: Table, view: ViewDefinition, run: Run): Promise<string> {
  const plan = planColumns(view.columns);
  const paths = [...new Set([...plan.map(({ name }) => name), ...view.where.flatMap(({ columns }) => columns)])];
  await checkPaths(table, view, plan, run);
  const wanted = { names: keysOf(table, paths), nested: nestedOf(paths) };
  const bytes = commonBytes(view.where);
  const read = (bytes && (await table.holding?.(bytes, wanted, run))) ?? table.narrow?.(wanted) ?? table;
  const typed = new Map(plan.map((column) => [column.name, column]));
  const kept = view.where.map((predicate) => condition(read, predicate)).join(' AND ') || 'true';
  const filtered: Table = { ...read, from: `SELECT * FROM (${read.from}) WHERE ${kept}` };
  const { from } = table.unique === undefined ? filtered : await withoutRepeats(session, { ...filtered, unique: table.unique }, run);
  return `SELECT ${paths.map((path) => `${cell(read, path, typed.get(path))} AS ${ident(path)}`).join(', ')} FROM (${from})`;
}

const rootOf = (path: string): string => String(parsePath(path)[0] ?? path);
const isNested = (path: string): boolean => parsePath(path).length > 1;

/** The keys of a record that paths may be found under: itself, and what it starts with. */
const keysOf = (table: Table, paths: readonly string[]): readonly string[] =>
  [...new Set([...paths.flatMap((path) => [path, rootOf(path)]), ...(table.unique === undefined ? [] : [table.unique])])];

const nestedOf = (paths: readonly string[]): ReadonlySet<string> => new Set(paths.filter(isNested).map(rootOf));

async function checkPaths(table: Table, view: ViewDefinition, plan: readonly PlannedColumn[], run: Run): Promise<void> {
  if (table.empty) return;
  const required = plan.filter((column) => column.required).map(({ name }) => name);
  const lacks = (known: Table): string[] => required.filter((path) => !fieldOf(known, path) && !fieldOf(known, rootOf(path)));
  if (lacks(table).length === 0) return;
  const whole = (await table.complete?.(run)) ?? table;
  if (lacks(whole).length > 0) throw columnsMissing(`${table.name} as ${view.table}`, lacks(whole), whole.fields.map(({ name }) => name));
}

/** The text at a path: of a column of that very name, else inside the column it starts with. */
function textAt(table: Table, path: string): string {
  const flat = fieldOf(table, path);
  const root = isNested(path) ? fieldOf(table, rootOf(path)) : undefined;
  const found = [...(flat ? [text(flat)] : []), ...(root ? [inside(root, path)] : [])];
  return found.length > 1 ? `COALESCE(${found.join(', ')})` : (found[0] ?? 'CAST(NULL AS VARCHAR)');
}

function inside(root: Field, path: string): string {
  const rest = path.slice(rootOf(path).length).replace(/^\./u, '');
  return root.stored === 'JSON' ? `json_extract_string(${root.column}, ${literal(jsonPath(rest))})` : dialect.json(text(root), rest);
}

function cell(table: Table, path: string, plan: PlannedColumn | undefined): string {
  const flat = fieldOf(table, path);
  if (!plan || plan.type === 'text' || plan.type === 'other') return textAt(table, path);
  if (flat) return convert(flat, plan.type).value;
  return convert({ name: path, column: textAt(table, path), stored: 'VARCHAR', type: 'text' }, plan.type).value;
}

const condition = (table: Table, { columns, in: values }: Predicate): string =>
  `COALESCE(${columns.map((path) => `NULLIF(${textAt(table, path)}, '')`).join(', ')}) IN (${values.map(literal).join(', ')})`;

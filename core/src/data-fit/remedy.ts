import type { Columns } from '../contracts/columns.ts';
import type { Predicate } from '../contracts/view.ts';
import { requiredNames } from './profile.ts';
import type { Suggestion } from './fit.ts';
import { mappingFor } from './suggest.ts';

const bare = /^[\w.@=[\]-]+$/u;
const quoted = (text: string): string => (bare.test(text) ? text : `'${text}'`);
const yaml = (text: string): string => (/^[A-Za-z_][\w.]*$/u.test(text) ? text : JSON.stringify(text));

/** Flags that try suggested mappings: `--map user=Account`. */
export const mapFlags = (suggestions: readonly Suggestion[]): string => suggestions.map(({ column, path }) => `--map ${quoted(`${column}=${path}`)}`).join(' ');

/** A view as a detection file writes it itself: `view: { table: SecurityEvent, columns: { user: Account, … } }`. */
export function inlineText(table: string, columns: ReadonlyMap<string, string>, where: readonly Predicate[] = []): string {
  const read = [...columns].map(([column, path]) => `${column}: ${yaml(path)}`).join(', ');
  const kept = where.map((one) => `{ columns: [${one.columns.map(yaml).join(', ')}], in: [${one.in.map((text) => JSON.stringify(text)).join(', ')}] }`).join(', ');
  return `view: { table: ${yaml(table)}, columns: { ${read} }${kept === '' ? '' : `, where: [${kept}]`} }`;
}

/** A view that reads the same records as one that lacks a column, from the columns that there are; null when they do not suffice. */
export function replacement(view: { readonly table: string; readonly where: readonly Predicate[] }, input: Columns, existing: readonly string[]): string | null {
  const required = [...requiredNames(input)];
  const time = ['lastSeen', 'day'].filter((name) => Object.hasOwn(input, name));
  const columns = mappingFor([...required, ...time], existing);
  if (required.some((name) => !columns.has(name))) return null;
  const where = view.where.map((one) => ({ ...one, columns: one.columns.filter((path) => existing.includes(path)) }));
  if (where.some((one) => one.columns.length === 0)) return null;
  return inlineText(view.table, columns, where);
}

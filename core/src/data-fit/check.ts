import type { Session } from '../ad-hoc/session.ts';
import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import { parseSettings, settingsFromText } from '../plugins/index.ts';
import { fitColumns } from './column-fit.ts';
import type { ColumnFit, Fit, Suggestion } from './fit.ts';
import { isDirectory } from './lost.ts';
import { parseMapping, type Mapping } from './mapping.ts';
import { openAll, openSource, type OpenedSource } from './source.ts';
import { unfitError } from './unfit.ts';
import { fitThrough, type NamedView } from './view-fit.ts';
import { viewsFor } from './views.ts';

export interface AlgorithmCheck {
  /** Address of the algorithm. */
  readonly algorithm: string;
  /** A path, or the address of a data source. */
  readonly source: string;
  /** `key=value` settings of the source. */
  readonly set: readonly string[];
  /** `column=path` */
  readonly map: readonly string[];
  /** Reads the source through a view instead of as it is. */
  readonly view?: { readonly address: string; readonly set: readonly string[] } | undefined;
}

/** A fit, and the error that says why the data does not fit. */
export interface Checked {
  readonly fit: Fit;
  readonly unfit: ByomlError | null;
}

/** How data fits an algorithm. Writes nothing. Throws what loading and reading throw, and USAGE_INVALID. */
export async function checkAlgorithm(session: Session, request: AlgorithmCheck): Promise<Checked> {
  const { definition, address } = await session.catalogue.load('algorithm', request.algorithm);
  const mapping = parseMapping(request.map, definition.input);
  const view = request.view && (await namedView(session, request.view));
  if (view && mapping.size > 0) throw new ByomlError('USAGE_INVALID', '--map and --view cannot go together: a view has columns of its own');
  const opened = await openSource(session, { ...request, table: view?.definition.table });
  const relation = await openAll(session, opened);
  session.options.step('looking');
  const target = { target: address, source: opened.name };
  if (view) return fitOfView(session, { ...target, relation, view, input: definition.input });
  return fitOfColumns(session, { ...target, relation, input: definition.input, mapping, opened });
}

export async function namedView(session: Session, { address, set }: { readonly address: string; readonly set: readonly string[] }): Promise<NamedView> {
  const { address: name, definition } = await session.view(address);
  return { name, definition, settings: parseSettings(definition, settingsFromText(definition.settings, set, name), name) };
}

interface Target {
  readonly target: string;
  readonly source: string;
  readonly relation: Relation;
  readonly input: Columns;
}

/** The fit of data that a view reads. */
export async function fitOfView(session: Session, { target, source, relation, view, input }: Target & { readonly view: NamedView }): Promise<Checked> {
  const { columns, verdict, view: given, existing, empty } = await fitThrough(relation, view, input, session.run);
  const fit: Fit = { target, source, verdict, columns, rows: given.records, view: given, suggestions: suggestionsOf(columns), notes: notesOf(columns) };
  return { fit, unfit: verdict === 'unfit' ? unfitError(fit, { existing, empty, remedy: null }) : null };
}

/** The fit of data that already has, or is mapped to, the algorithm's columns. */
export async function fitOfColumns(session: Session, { target, source, relation, input, mapping, opened }: Target & { readonly mapping: Mapping; readonly opened?: OpenedSource }): Promise<Checked> {
  const { rows, columns, verdict, existing } = await fitColumns(relation, input, session.run, mapping);
  const suggestions = suggestionsOf(columns);
  const fit: Fit = { target, source, verdict: rows === 0 ? 'unfit' : verdict, columns, rows, suggestions, notes: [...notesOf(columns), ...(mapping.size > 0 ? [mappingNote(mapping, columns, opened)] : [])] };
  if (fit.verdict !== 'unfit') return { fit, unfit: null };
  if (rows === 0) return { fit, unfit: new ByomlError('DATA_EMPTY', `${source} has no rows`, { details: { fit } }) };
  const table = opened?.settings['table'];
  return { fit, unfit: unfitError(fit, { existing, empty: null, remedy: remedyOf(fit, viewsFor(session.catalogue, { table: typeof table === 'string' ? table : undefined, existing })) }) };
}

const suggestionsOf = (columns: readonly ColumnFit[]): readonly Suggestion[] => columns.flatMap(({ name, suggestion }) => (suggestion === null ? [] : [{ column: name, path: suggestion }]));

function remedyOf({ columns, suggestions }: Fit, views: readonly string[]): string | null {
  const required = new Set(columns.filter(({ problem }) => problem?.code === 'COLUMNS_MISSING').map(({ name }) => name));
  const maps = suggestions.filter(({ column }) => required.has(column)).map(({ column, path }) => `--map ${quoted(`${column}=${path}`)}`);
  const tried = [...(maps.length === required.size ? [maps.join(' ')] : []), ...views.slice(0, 2).map((view) => `--view ${view}`)];
  return tried.length === 0 || required.size === 0 ? null : `Try ${tried.join(', or ')}`;
}

const quoted = (text: string): string => (/^[\w.=@[\]-]+$/u.test(text) ? text : `'${text}'`);

/** What to write into a detection file, so that what was tried here is what runs. */
function mappingNote(mapping: Mapping, columns: readonly ColumnFit[], opened: OpenedSource | undefined): string {
  const used = columns.filter(({ present, name }) => present || mapping.has(name)).map(({ name }) => `${name}: ${JSON.stringify(mapping.get(name) ?? name)}`);
  const table = opened?.settings['table'];
  return `in a detection file: view: { table: ${typeof table === 'string' ? table : 'data'}, columns: { ${used.join(', ')} } }`;
}

function notesOf(columns: readonly ColumnFit[]): string[] {
  const directory = columns.filter(({ name, readBy }) => readBy === 'algorithm' && isDirectory(name));
  if (directory.length === 0 || directory.some(({ present }) => present)) return [];
  return [`no ${directory.map(({ name }) => name).join(', ')}: peers come from the accesses alone; a table of people joins in with \`enrich:\``];
}

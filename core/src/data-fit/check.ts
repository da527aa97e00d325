import type { Session } from '../ad-hoc/session.ts';
import type { Columns } from '../contracts/columns.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import { parseSettings, settingsFromText } from '../plugins/index.ts';
import { fitColumns, mostRows } from './column-fit.ts';
import type { ColumnFit, Fit, Suggestion } from './fit.ts';
import { isDirectory } from './lost.ts';
import { parseMapping, type Mapping } from './mapping.ts';
import { inlineText, mapFlags, replacement } from './remedy.ts';
import { openAll, openSource, type OpenedData } from './source.ts';
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
  const data = await openAll(session, opened);
  session.options.step('looking');
  const target = { target: address, source: opened.name };
  if (view) return fitOfView(session, { ...target, data, view, input: definition.input });
  return fitOfColumns(session, { ...target, data, input: definition.input, mapping, table: textOf(opened.settings['table']) });
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export async function namedView(session: Session, { address, set }: { readonly address: string; readonly set: readonly string[] }): Promise<NamedView> {
  const { address: name, definition } = await session.view(address);
  return { name, definition, settings: parseSettings(definition, settingsFromText(definition.settings, set, name), name) };
}

interface Target {
  readonly target: string;
  readonly source: string;
  readonly data: OpenedData;
  readonly input: Columns;
  /** Whether other tables are joined, from where a directory may come. */
  readonly joined?: boolean;
}

/** The fit of data that a view reads, and the rows that the view gives. */
export async function fitOfView(session: Session, { target, source, data, view, input, joined = false }: Target & { readonly view: NamedView }): Promise<Checked & { readonly given: Relation }> {
  const { columns, verdict, view: through, existing, empty, given } = await fitThrough(data, view, input, session.run);
  const fit: Fit = { target, source, verdict, columns, rows: through.records, view: through, suggestions: suggestionsOf(columns), notes: notesOf(columns, joined) };
  if (verdict !== 'unfit') return { fit, unfit: null, given };
  const instead = existing.length === 0 ? null : replacement(view.definition, input, existing);
  const remedy = instead === null ? null : `Rename it in the export, or let the detection file say where its columns are: ${instead}`;
  return { fit, given, unfit: unfitError(fit, { existing, empty, remedy }) };
}

interface Unmapped extends Target {
  readonly mapping: Mapping;
  readonly table?: string | undefined;
  /** Whether days are needed: detections work day by day. */
  readonly dated?: boolean;
  /** Where a mapping is to be written: on the command line, or in a detection file. */
  readonly mapIn?: 'flags' | 'file';
}

/** The fit of data that already has, or is mapped to, the algorithm's columns. */
export async function fitOfColumns(session: Session, { target, source, data, input, mapping, table, joined = false, dated = false, mapIn = 'flags' }: Unmapped): Promise<Checked> {
  const { rows, columns, verdict, existing } = await fitColumns(data, input, session.run, { mapping, dated });
  const suggestions = suggestionsOf(columns);
  const fit: Fit = { target, source, verdict: rows === 0 ? 'unfit' : verdict, columns, rows, suggestions, notes: [...(rows < mostRows ? [] : [`only the first ${mostRows.toLocaleString('en-US')} rows were looked at`]), ...notesOf(columns, joined), ...mappingNotes(mapping, columns, table)] };
  if (fit.verdict !== 'unfit') return { fit, unfit: null };
  if (rows === 0) return { fit, unfit: new ByomlError('DATA_EMPTY', `${source} has no rows`, { details: { fit } }) };
  return { fit, unfit: unfitError(fit, { existing, empty: null, remedy: mapIn === 'file' ? writtenRemedy(fit, table) : remedyOf(fit, viewsFor(session.catalogue, { table, existing })) }) };
}

const suggestionsOf = (columns: readonly ColumnFit[]): readonly Suggestion[] => columns.flatMap(({ name, suggestion }) => (suggestion === null ? [] : [{ column: name, path: suggestion }]));

function remedyOf({ columns, suggestions }: Fit, views: readonly string[]): string | null {
  const missing = columns.filter(({ problem }) => problem?.code === 'COLUMNS_MISSING').map(({ name }) => name);
  if (missing.length === 0) return null;
  const maps = suggestions.filter(({ column }) => missing.includes(column));
  const tried = [...(maps.length === missing.length ? [mapFlags(maps)] : []), ...views.slice(0, 2).map((view) => `--view ${view}`)];
  return tried.length === 0 ? null : `Try ${tried.join(', or ')}`;
}

function writtenRemedy({ columns, suggestions }: Fit, table: string | undefined): string | null {
  const mapped = new Map(suggestions.map(({ column, path }) => [column, path]));
  if (columns.some(({ name, problem }) => problem?.code === 'COLUMNS_MISSING' && !mapped.has(name))) return null;
  const used = columns.filter(({ name, present }) => present || mapped.has(name)).map(({ name }) => [name, mapped.get(name) ?? name] as const);
  return `Let the detection file say where they are: ${inlineText(table ?? 'data', new Map(used))}`;
}

/** What to write into a detection file, so that what was tried here is what runs. */
function mappingNotes(mapping: Mapping, columns: readonly ColumnFit[], table: string | undefined): string[] {
  if (mapping.size === 0) return [];
  const used = columns.filter(({ present }) => present).map(({ name }) => [name, mapping.get(name) ?? name] as const);
  return [`in a detection file: ${inlineText(table ?? 'data', new Map(used))}`];
}

function notesOf(columns: readonly ColumnFit[], joined: boolean): string[] {
  const directory = columns.filter(({ name, readBy }) => readBy === 'algorithm' && isDirectory(name));
  if (joined || directory.length === 0 || directory.some(({ present }) => present)) return [];
  return [`no ${directory.map(({ name }) => name).join(', ')}: peers come from the accesses alone; a table of people joins in with \`enrich:\``];
}

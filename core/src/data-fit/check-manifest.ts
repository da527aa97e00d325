import { z } from 'zod';
import type { Session } from '../ad-hoc/session.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError } from '../contracts/errors.ts';
import { componentAddress, parseAddress, type ComponentManifest, type PluginManifest } from '../plugins/index.ts';
import { fitOfColumns, fitOfView, namedView, textOf, type Checked } from './check.ts';
import { manifestColumns } from './manifest-columns.ts';
import { parseMapping } from './mapping.ts';
import { requiredNames } from './profile.ts';
import { answer, texts } from './query.ts';
import { openAll, openSource } from './source.ts';

export interface ManifestCheck {
  readonly manifest: PluginManifest;
  /** Id of the algorithm or view to check; the plugin's only one when absent. */
  readonly component?: string | undefined;
  /** A path, or the address of an installed data source. */
  readonly source: string;
  /** `key=value` settings of the source. */
  readonly set: readonly string[];
  /** `column=path` */
  readonly map: readonly string[];
  /** Address of an installed view, or of one of this plugin. */
  readonly view?: string | undefined;
}

type Described<K extends ComponentManifest['kind']> = Extract<ComponentManifest, { readonly kind: K }>;

/**
 * How data fits a plugin that is not installed, by its manifest alone: none of its code runs, so of a view of its own only the table and the
 * columns that it reads are looked at. Writes nothing. Throws COMPONENT_NOT_FOUND, USAGE_INVALID and what reading throws.
 */
export async function checkManifest(session: Session, request: ManifestCheck): Promise<Checked> {
  const { manifest } = request;
  const chosen = chosenComponent(request);
  const own = request.view !== undefined && parseAddress(request.view).plugin === manifest.name ? viewOf(manifest, parseAddress(request.view).component) : undefined;
  if (chosen.kind === 'view') return ownView(session, request, chosen);
  if (!own) return installedCode(session, request, chosen);
  return ownView(session, request, own, { target: componentAddress(manifest.name, chosen.id), missing: missingFrom(own, chosen) });
}

/** Columns that the algorithm needs and the view does not give. */
function missingFrom(view: Described<'view'>, { input }: Described<'algorithm'>): readonly string[] {
  const given = manifestColumns(view.output);
  return [...requiredNames(manifestColumns(input))].filter((name) => !Object.hasOwn(given, name));
}

function chosenComponent({ manifest, component }: ManifestCheck): Described<'algorithm' | 'view'> {
  const fitting = manifest.components.filter((one) => one.kind === 'algorithm' || one.kind === 'view');
  if (component !== undefined) {
    const found = fitting.find(({ id }) => id === component);
    if (!found) throw new ByomlError('COMPONENT_NOT_FOUND', `plugin ${manifest.name} has no algorithm or view "${component}"; it has ${fitting.map(({ id }) => id).join(', ') || 'none'}`, { details: { plugin: manifest.name, component } });
    return found;
  }
  const algorithms = fitting.filter(({ kind }) => kind === 'algorithm');
  const [only, ...others] = algorithms.length > 0 ? algorithms : fitting;
  if (only && others.length === 0) return only;
  throw new ByomlError('USAGE_INVALID', only ? `plugin ${manifest.name} has several algorithms or views: name one with --component: ${[only, ...others].map(({ id }) => id).join(', ')}` : `plugin ${manifest.name} has neither an algorithm nor a view: there is nothing that reads data`, { details: { plugin: manifest.name } });
}

function viewOf({ name, components }: PluginManifest, id: string): Described<'view'> {
  const found = components.find((one): one is Described<'view'> => one.kind === 'view' && one.id === id);
  if (!found) throw new ByomlError('COMPONENT_NOT_FOUND', `plugin ${name} has no view "${id}"`, { details: { plugin: name, component: id } });
  return found;
}

/** The algorithm's columns against the data as it is, or through a view whose code is installed. */
async function installedCode(session: Session, request: ManifestCheck, chosen: Described<'algorithm'>): Promise<Checked> {
  const input = manifestColumns(chosen.input);
  const mapping = parseMapping(request.map, input);
  if (request.view !== undefined && mapping.size > 0) throw new ByomlError('USAGE_INVALID', '--map and --view cannot go together: a view has columns of its own');
  const view = request.view === undefined ? undefined : await namedView(session, { address: request.view, set: [] });
  const opened = await openSource(session, { ...request, table: view?.definition.table });
  const data = await openAll(session, opened);
  session.options.step('looking');
  const target = { target: componentAddress(request.manifest.name, chosen.id), source: opened.name, data, input };
  if (view) return fitOfView(session, { ...target, view });
  return fitOfColumns(session, { ...target, mapping, table: textOf(opened.settings['table']) });
}

const notRun = 'the SQL of the view is code of the plugin and was not run: how many rows it gives is known after the installation';

/** What a view of the plugin reads, without its SQL. */
async function ownView(session: Session, request: ManifestCheck, view: Described<'view'>, through: { readonly target: string; readonly missing: readonly string[] } = { target: componentAddress(request.manifest.name, view.id), missing: [] }): Promise<Checked> {
  if (request.map.length > 0) throw new ByomlError('USAGE_INVALID', '--map is for the columns of an algorithm: a view has columns of its own');
  const { target, missing } = through;
  if (missing.length > 0) throw new ByomlError('COLUMNS_MISSING', `${target} needs ${missing.map((name) => `"${name}"`).join(', ')}, which the view ${view.id} does not give`, { details: { missing } });
  const opened = await openSource(session, { ...request, table: view.table });
  const data = await openAll(session, opened);
  session.options.step('looking');
  const { fit, unfit } = await fitOfColumns(session, { target, source: opened.name, data, input: manifestColumns(view.input), mapping: new Map(), table: view.table });
  const records = unfit ? 0 : await recordsOf(data.relation, view, session);
  const told = { ...fit, columns: fit.columns.map((column) => ({ ...column, readBy: 'view' as const })), notes: [...fit.notes, ...(unfit ? [] : [`${records.toLocaleString('en-US')} records are of the kind that the view reads`]), notRun] };
  if (unfit) return { fit: told, unfit: new ByomlError(unfit.code, unfit.message, { details: { ...unfit.details, fit: told } }) };
  if (records > 0) return { fit: told, unfit: null };
  const kinds = view.where.map(({ columns, in: values }) => `${columns.join(' or ')} in ${values.slice(0, 5).join(', ')}`).join('; ');
  return { fit: { ...told, verdict: 'unfit' }, unfit: new ByomlError('DATA_EMPTY', `${opened.name} does not fit ${target}: no record is of the kind that it reads (${kinds})`, { details: { fit: { ...told, verdict: 'unfit' } } }) };
}

async function recordsOf(relation: Relation, { where }: Described<'view'>, session: Session): Promise<number> {
  const columns = texts([...new Set(where.flatMap((predicate) => predicate.columns))]);
  const [counted] = await answer(relation, { columns, where, output: { n: z.number() }, sql: () => 'SELECT COUNT(*) AS n FROM source' }, session.run);
  return counted?.n ?? 0;
}

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Session } from '../ad-hoc/session.ts';
import type { DataSource } from '../contracts/data-source.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import type { Window } from '../contracts/run.ts';
import { pluginScope } from '../host/services.ts';
import { parseAddress, parseSettings, settingsFromText } from '../plugins/index.ts';

/** A source as the command line names it: a file, a folder, or the address of a component with settings. */
export interface SourceRequest {
  readonly source: string;
  readonly set: readonly string[];
  /** The table to read where the source is a folder of several and `set` names none. */
  readonly table?: string | undefined;
}

export interface OpenedSource {
  readonly address: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly source: DataSource;
  /** What to call it in messages: a path or an address. */
  readonly name: string;
}

/** Throws FILE_MISSING for what is neither a path nor an address, and what loading and parsing throw. */
export async function openSource(session: Session, { source, set, table }: SourceRequest): Promise<OpenedSource> {
  const found = await stat(source).catch(() => undefined);
  if (!found) return component(session, { address: addressOf(source), name: source, set, fixed: {} });
  const path = resolve(source);
  if (!found.isDirectory()) return component(session, { address: session.options.files, name: source, set, fixed: { path } });
  const named = set.some((text) => text.startsWith('table='));
  if (!named && table === undefined) throw new ByomlError('USAGE_INVALID', `${source} is a folder: name the table to read with --set table=SecurityEvent`, { details: { path: source } });
  return component(session, { address: session.options.folder, name: source, set, fixed: { path, ...(named ? {} : { table }) } });
}

function addressOf(text: string): string {
  try {
    parseAddress(text);
    return text;
  } catch (thrown) {
    if (!isByomlError(thrown)) throw thrown;
    throw new ByomlError('FILE_MISSING', `${text} does not exist, and is no address of a data source either`, { details: { path: text } });
  }
}

interface Wanted {
  readonly address: string;
  readonly name: string;
  readonly set: readonly string[];
  readonly fixed: Readonly<Record<string, unknown>>;
}

async function component(session: Session, { address, name, set, fixed }: Wanted): Promise<OpenedSource> {
  const { definition, address: full } = await session.catalogue.load('data-source', address).catch((thrown: unknown) => {
    if (!isByomlError(thrown) || thrown.code !== 'PLUGIN_NOT_FOUND') throw thrown;
    throw new ByomlError('FILE_MISSING', `${name} does not exist, and no data source of that address is installed`, { details: { path: name }, cause: thrown });
  });
  const settings = parseSettings(definition, { ...settingsFromText(definition.settings, set, full), ...fixed }, full) as Record<string, unknown>;
  return { address: full, settings, source: definition.create(settings as never, pluginScope(session.scope).pick(definition.needs ?? {})), name };
}

/** A look at data takes all of it. */
const everything: Window = { from: new Date(-8.64e15), to: new Date(8.64e15) };

/** Opens what a source has, whatever its time. Throws DATA_EMPTY when there is nothing at all. */
export async function openAll(session: Session, { source, name }: Pick<OpenedSource, 'source' | 'name'>, engine?: string): Promise<Relation> {
  session.options.step('reading');
  const scan = await source.scan(everything, session.run);
  if (scan.kind === 'files' && scan.files.length === 0) throw new ByomlError('DATA_EMPTY', `${name} has no files with records (${scan.name})`, { details: { source: name } });
  return (await session.engine(engine)).open(scan, session.run);
}

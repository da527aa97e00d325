import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Session } from '../ad-hoc/session.ts';
import type { DataSource, Scan, ScanFile } from '../contracts/data-source.ts';
import type { Relation } from '../contracts/engine.ts';
import { ByomlError, isByomlError } from '../contracts/errors.ts';
import type { Window } from '../contracts/run.ts';
import { Secrets } from '../contracts/services.ts';
import { withPaths, withSecrets } from '../detection-file/index.ts';
import { pluginScope } from '../host/services.ts';
import { parseAddress, parseSettings, settingsFromText } from '../plugins/index.ts';

/** A source as the command line names it: a file, a folder, or the address of a component with settings. */
interface SourceRequest {
  readonly source: string;
  readonly set: readonly string[];
  /** The table to read where the source is a folder of several and `set` names none. */
  readonly table?: string | undefined;
}

export interface OpenedSource {
  readonly address: string;
  /** Parsed, with their defaults. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** As a detection file would say them: without defaults, paths absolute. */
  readonly given: Readonly<Record<string, unknown>>;
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
  const given = withPaths({ ...settingsFromText(definition.settings, set, full), ...fixed }, process.cwd());
  const { secrets } = pluginScope(session.scope).pick({ secrets: Secrets });
  const settings = parseSettings(definition, await withSecrets(given, secrets, session.run.signal), full) as Record<string, unknown>;
  return { address: full, settings, given, source: definition.create(settings as never, pluginScope(session.scope).pick(definition.needs ?? {})), name };
}

/** A look at data takes all of it. */
const everything: Window = { from: new Date(-8.64e15), to: new Date(8.64e15) };

/** What a source has, in the engine. */
export interface OpenedData {
  readonly relation: Relation;
  /** The same from some of its files only, to look at more closely; all of it where that is little. */
  readonly sample: () => Promise<Relation>;
}

/** Opens what a source has, whatever its time. Throws DATA_EMPTY when there is nothing at all. */
export async function openAll(session: Session, { source, name }: Pick<OpenedSource, 'source' | 'name'>, engine?: string): Promise<OpenedData> {
  session.options.step('reading');
  const scan = await source.scan(everything, session.run);
  if (scan.kind === 'files' && scan.files.length === 0) throw new ByomlError('DATA_EMPTY', `${name} has no files with records (${scan.name})`, { details: { source: name } });
  const open = async (what: Scan): Promise<Relation> => (await session.engine(engine)).open(what, session.run);
  const relation = await open(scan);
  const some = scan.kind === 'files' ? sampled(scan.files) : undefined;
  let opened: Promise<Relation> | undefined;
  return { relation, sample: () => (opened ??= some && scan.kind === 'files' ? open({ ...scan, files: some }) : Promise.resolve(relation)) };
}

const sampleFiles = 24;
const sampleBytes = 67_108_864;

/** Files from all over the list, as many as are read in a moment; undefined when that is all of them. */
function sampled(files: readonly ScanFile[]): readonly ScanFile[] | undefined {
  if (files.length <= 1) return undefined;
  const step = Math.max(1, files.length / sampleFiles);
  const chosen: ScanFile[] = [];
  let bytes = 0;
  for (let at = 0; at < files.length; at += step) {
    const file = files[Math.floor(at)] as ScanFile;
    if (chosen.length > 0 && bytes + file.bytes > sampleBytes) continue;
    chosen.push(file);
    bytes += file.bytes;
  }
  return chosen.length === files.length ? undefined : chosen;
}

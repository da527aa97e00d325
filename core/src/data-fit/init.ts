import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Session } from '../ad-hoc/session.ts';
import { ByomlError } from '../contracts/errors.ts';
import { parseDetection, type Use } from '../detection-file/index.ts';
import { parseAddress } from '../plugins/index.ts';
import { textOf } from './check.ts';
import { lookAt, type Look, type Looked } from './look.ts';
import { peopleBeside, type People } from './people.ts';
import { proposalText, trainingDays } from './proposal.ts';

export interface InitRequest {
  /** Folder of the workspace; made when it does not exist. */
  readonly folder: string;
  readonly source: string;
  readonly set: readonly string[];
  readonly view?: string | undefined;
  /** `column=path`, instead of a view. */
  readonly map: readonly string[];
  readonly algorithm: string;
  readonly rules: readonly string[];
  readonly sinks: readonly Use[];
  /** Of the detection; made from the view when absent. */
  readonly name?: string | undefined;
  nameFor(view: string | null): string;
}

export interface Initialised {
  readonly workspace: string;
  readonly detection: string;
  readonly file: string;
  readonly look: Look;
  readonly view: string | null;
  readonly people: People | null;
  readonly trainingDays: number;
}

/**
 * Looks at a source and writes a first detection for it into `folder`. Throws FOLDER_OCCUPIED where the folder is a file or the detection
 * exists, WRITE_FAILED, and what looking throws; nothing is written then.
 */
export async function initWorkspace(session: Session, request: InitRequest): Promise<Initialised> {
  const folder = resolve(request.folder);
  await refuseFile(folder, request.folder);
  if (request.name !== undefined) {
    if (!names.test(request.name)) throw new ByomlError('USAGE_INVALID', `--name ${request.name}: expected lower-case words joined by hyphens`, { details: { name: request.name } });
    await refuseOccupied(fileOf(folder, request.name));
  }
  const { definition, address } = await session.catalogue.load('algorithm', request.algorithm);
  const looked = await lookAt(session, { ...request, input: definition.input });
  const name = request.name ?? request.nameFor(looked.view?.name ?? null);
  const file = fileOf(folder, name);
  await refuseOccupied(file);
  const people = await peopleBeside(session, looked.opened, looked.users);
  const text = proposalText({ ...proposed(session, looked, people), name, algorithm: withProfileOf(request.algorithm, address), rules: request.rules, sinks: request.sinks, look: looked.look }, folder);
  parseDetection(text, join('detections', `${name}.yaml`));
  await write(folder, file, text);
  return { workspace: folder, detection: name, file, look: looked.look, view: looked.view?.name ?? null, people, trainingDays: trainingDays(looked.look) };
}

const names = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/u;
const fileOf = (folder: string, name: string): string => join(folder, 'detections', `${name}.yaml`);

/** The short address, with the profile that was asked for. */
function withProfileOf(asked: string, address: string): string {
  const { profile } = parseAddress(asked);
  return profile === undefined ? address : `${address}:${profile}`;
}

function proposed({ options }: Session, { opened, view, mapping }: Looked, people: People | null) {
  return {
    source: { use: opened.address, settings: opened.given },
    view: view?.name ?? null,
    mapped: { table: textOf(opened.settings['table']) ?? 'data', columns: mapping },
    noise: view?.settings['noise'] === 'drop',
    people: people && people.known > 0 ? { use: { use: options.files, settings: { path: people.path } }, key: 'user', columns: people.columns } : null,
  };
}

async function refuseFile(folder: string, named: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found && !found.isDirectory() && !found.isSymbolicLink()) throw new ByomlError('FOLDER_OCCUPIED', `${named} is a file, not a folder`, { details: { folder } });
}

async function refuseOccupied(file: string): Promise<void> {
  if (await lstat(file).catch(() => undefined)) throw occupied(file);
}

const occupied = (file: string): ByomlError => new ByomlError('FOLDER_OCCUPIED', `${file} exists already; choose another --name, or edit it`, { details: { file } });

async function write(folder: string, file: string, text: string): Promise<void> {
  try {
    await mkdir(join(folder, 'detections'), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw occupied(file);
    throw new ByomlError('WRITE_FAILED', `${file} cannot be written: ${(thrown as Error).message}`, { details: { file }, cause: thrown });
  }
}

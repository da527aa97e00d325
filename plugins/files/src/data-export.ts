import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ByomlError, defineDataSource, z, type Run, type Scan, type ScanFile, type Window } from '@byoml/core';
import { aboveWorkspaces, blobSpan, completeLines, containerOf, placeInside, type ExportPlace, type Span } from '@byoml/core/data-export';
import { findBlobs, inOrder, type Blob } from './export-walk.ts';

const settings = z.strictObject({
  path: z.string().min(1).describe('Folder with the containers of the export, one container, or a folder inside it'),
  table: z.string().regex(/^\w+$/u).describe('Table, such as SecurityEvent; its container is am-securityevent'),
  workspace: z.string().min(1).optional().describe('Name or resource id of the workspace to read; all when absent'),
  margin: z.number().min(0).default(1).describe('Hours before and after the window whose folders are read too'),
});
type Settings = z.output<typeof settings>;

const hourMs = 3_600_000;
const atOnce = 64;

/** The folder layout that a workspace's data export writes to a storage account. */
export const dataExport = defineDataSource({
  id: 'data-export',
  summary: 'Folders as the data export of a Log Analytics workspace writes them (PT05M and PT1H)',
  settings,
  create: (chosen) => ({
    async scan(window, run): Promise<Scan> {
      run.signal.throwIfAborted();
      const blobs = await listBlobs(chosen, window, run);
      // The export may deliver a record twice; a copy has the same _ItemId.
      return { kind: 'files', format: 'jsonl', files: await completeFiles(blobs, run), name: `files/data-export (${chosen.table})`, unique: '_ItemId' };
    },
  }),
});

interface Root {
  readonly folder: string;
  readonly place: ExportPlace;
}

async function listBlobs({ path, table, workspace, margin }: Settings, window: Window, run: Run): Promise<readonly Blob[]> {
  const span: Span = { from: window.from.getTime() - margin * hourMs, to: window.to.getTime() + margin * hourMs };
  const found: Blob[] = [];
  for (const { folder, place } of await rootsOf(resolve(path), table)) found.push(...(await findBlobs(folder, place, span, run)));
  const kept = workspace === undefined ? found : found.filter((blob) => isWorkspace(blob.workspace, workspace));
  if (kept.length === 0 && found.length > 0) throw otherWorkspaces(path, workspace as string, found);
  return kept.sort(inOrder);
}

/** Where to start: the table's containers in the folder, else the folder itself as a container or a part of one. */
async function rootsOf(path: string, table: string): Promise<readonly Root[]> {
  const folder = await existing(path);
  const names = await readdir(folder, { withFileTypes: true });
  const containers = names.filter((entry) => entry.isDirectory() && entry.name.toLowerCase() === containerOf(table)).map(({ name }) => name).sort();
  if (containers.length > 0) return containers.map((name) => ({ folder: join(folder, name), place: aboveWorkspaces }));
  const place = placeOf(folder);
  const isContainer = basename(folder).toLowerCase() === containerOf(table) || names.some(({ name }) => placeInside(aboveWorkspaces, name) !== undefined);
  if (place.workspace || isContainer) return [{ folder, place }];
  throw new ByomlError('FILE_MISSING', `${path} has no folder ${containerOf(table)} and is not part of one`, { details: { path, table } });
}

async function existing(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    throw new ByomlError('FILE_MISSING', `${path} does not exist or cannot be read`, { details: { path }, cause: error });
  }
}

/** The place of a folder that lies inside an export, from the names above it. */
const placeOf = (folder: string): ExportPlace => folder.split(sep).reduce<ExportPlace>((place, name) => placeInside(place, name) ?? aboveWorkspaces, aboveWorkspaces);

/** `blob` is a whole resource id in lower case; `wanted` that, or its last part. */
function isWorkspace(blob: string, wanted: string): boolean {
  const name = wanted.toLowerCase().replaceAll(/^\/+|\/+$/gu, '');
  return blob === name || blob.endsWith(`/${name}`);
}

function otherWorkspaces(path: string, workspace: string, found: readonly Blob[]): ByomlError {
  const existingOnes = [...new Set(found.map((blob) => blob.workspace.split('/').at(-1)))];
  return new ByomlError('FILE_MISSING', `${path} has nothing of workspace "${workspace}"; it has ${existingOnes.join(', ')}`, { details: { path, workspace, existing: existingOnes } });
}

/** The complete records of each blob, some blobs at a time. */
async function completeFiles(blobs: readonly Blob[], run: Run): Promise<readonly ScanFile[]> {
  const files: ScanFile[] = [];
  for (let from = 0; from < blobs.length; from += atOnce) {
    // A stop can only arrive between two turns of the event loop.
    await setImmediate();
    run.signal.throwIfAborted();
    files.push(...blobs.slice(from, from + atOnce).map(scanFile).filter((file) => file !== undefined));
    run.progress({ done: Math.min(from + atOnce, blobs.length), total: blobs.length, unit: 'files' });
  }
  return files;
}

/** The complete records of a blob, and the time that its folder says they are of. */
function scanFile(blob: Blob): ScanFile | undefined {
  const file = readable(blob.path);
  const span = blobSpan(blob);
  return file && span ? { ...file, span: { from: new Date(span.from), to: new Date(span.to) } } : file;
}

function readable(path: string): ScanFile | undefined {
  try {
    return completeLines(path);
  } catch (error) {
    throw new ByomlError('FILE_MISSING', `${path} cannot be read`, { details: { file: path }, cause: error });
  }
}

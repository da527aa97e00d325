import { mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ByomlError } from '../contracts/errors.ts';

export interface Scaffold {
  /** Folder that holds one folder per kind. */
  readonly templates: URL | string;
  readonly kind: string;
  /** Name of the package: lower-case words joined by hyphens. */
  readonly name: string;
  /** Folder in which the package's folder is made. */
  readonly into: string;
  /** Of the copyright; the current one when absent. */
  readonly year?: number;
}

export interface Scaffolded {
  readonly folder: string;
  /** Relative to `folder`, sorted. */
  readonly files: readonly string[];
}

const wellNamed = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const longest = 100;

/** The package's title: `rare-hour` is Rare hour. */
const titleOf = (name: string): string => `${name.slice(0, 1).toUpperCase()}${name.slice(1).replaceAll('-', ' ')}`;

/**
 * Copies the template of a kind to `into/name`: all of it or nothing. `_gitignore` becomes `.gitignore`; `{{name}}`, `{{title}}` and `{{year}}` are filled in.
 * Throws USAGE_INVALID for a kind or a name that does not fit, FOLDER_OCCUPIED, WRITE_FAILED.
 */
export async function scaffold({ templates, kind, name, into, year = new Date().getFullYear() }: Scaffold): Promise<Scaffolded> {
  if (!wellNamed.test(name) || name.length > longest) throw new ByomlError('USAGE_INVALID', `name "${name}": expected lower-case words joined by hyphens, at most ${longest} characters`, { details: { name } });
  const files = await templateOf(typeof templates === 'string' ? templates : fileURLToPath(templates), kind);
  const folder = resolve(into, name);
  await refuseOccupied(folder);
  const fill = (text: string): string => text.replaceAll('{{name}}', name).replaceAll('{{title}}', titleOf(name)).replaceAll('{{year}}', `${year}`);
  const filled = new Map([...files].map(([path, text]) => [path.replace(/(^|\/)_gitignore$/, '$1.gitignore'), fill(text)]));
  await writeWhole(folder, filled).catch((cause: unknown) => {
    throw new ByomlError('WRITE_FAILED', `${folder}: the package cannot be written`, { details: { folder }, cause });
  });
  return { folder, files: [...filled.keys()].sort() };
}

/** The files of a template, by their path with forward slashes. */
async function templateOf(templates: string, kind: string): Promise<Map<string, string>> {
  const kinds = (await readdir(templates, { withFileTypes: true })).filter((entry) => entry.isDirectory() && entry.name !== 'node_modules').map((entry) => entry.name).sort();
  if (!kinds.includes(kind)) throw new ByomlError('USAGE_INVALID', `kind "${kind}": expected ${kinds.join(', ')}`, { details: { kind, kinds } });
  const root = join(templates, kind);
  const entries = await readdir(root, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.map(async (path) => [path.slice(root.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')] as const));
  return new Map(files.filter(([path]) => !/(^|\/)(node_modules|dist)\//.test(path)));
}

async function refuseOccupied(folder: string): Promise<void> {
  const held = await readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : ['a file']));
  if (held.length > 0) throw new ByomlError('FOLDER_OCCUPIED', `${folder}: there is something already`, { details: { folder } });
}

/** Writes beside the target and renames, so that nobody meets half a package. */
async function writeWhole(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const part = await mkdtemp(join(dirname(folder), '.byoml-new-'));
  try {
    for (const [path, text] of files) {
      await mkdir(dirname(join(part, path)), { recursive: true });
      await writeFile(join(part, path), text);
    }
    await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(part, folder);
  } catch (cause) {
    await rm(part, { recursive: true, force: true });
    throw cause;
  }
}

import { access, constants, readdir, readFile, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isByomlError } from '@byoml/core';
import { parseDetection } from '@byoml/core/detection-file';
import { openCatalogue, type Catalogue, type Places } from '@byoml/core/plugins';

export interface Finding {
  readonly level: 'ok' | 'advice' | 'problem';
  readonly about: string;
  readonly says: string;
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
const leastMemory = 1e9;
const leastDisk = 1e9;

function node(): Finding {
  const major = Number.parseInt(process.versions.node, 10);
  return { level: major >= 24 ? 'ok' : 'problem', about: 'Node', says: `${process.version}${major >= 24 ? '' : ', but 24 or newer is needed'}` };
}

function memory(): Finding {
  const free = freemem();
  return { level: free >= leastMemory ? 'ok' : 'advice', about: 'memory', says: `${gigabytes(free)} free, ${availableParallelism()} cores` };
}

async function folder(path: string, about: string): Promise<Finding> {
  try {
    await access(path, constants.W_OK);
    const { bavail, bsize } = await statfs(path);
    const free = bavail * bsize;
    return { level: free >= leastDisk ? 'ok' : 'advice', about, says: `${path} is writable, ${gigabytes(free)} free` };
  } catch {
    return { level: 'advice', about, says: `${path} cannot be written` };
  }
}

const failure = (thrown: unknown): string => (isByomlError(thrown) ? `${thrown.code}: ${thrown.message}` : (thrown as Error).message);

/** Loads every component, as a run would. */
async function load(catalogue: Catalogue, { manifest }: Catalogue['plugins'][number]): Promise<Finding> {
  try {
    for (const { kind, id } of manifest.components) await catalogue.load(kind, `${manifest.name}/${id}`);
    return { level: 'ok', about: manifest.name, says: `${manifest.version}, ${manifest.components.length} components` };
  } catch (thrown) {
    // Waiting for somebody's consent is how an installed plugin is meant to be.
    const waits = isByomlError(thrown) && thrown.code === 'SANDBOX_REQUIRED';
    return { level: waits ? 'advice' : 'problem', about: manifest.name, says: failure(thrown) };
  }
}

async function plugins(places: Places): Promise<Finding[]> {
  try {
    const catalogue = await openCatalogue(places);
    if (catalogue.plugins.length === 0) return [{ level: 'problem', about: 'plugins', says: 'none found: reinstall @byoml/cli' }];
    return await Promise.all(catalogue.plugins.map((plugin) => load(catalogue, plugin)));
  } catch (thrown) {
    return [{ level: 'problem', about: 'plugins', says: failure(thrown) }];
  }
}

function longLivedKeys(): Finding[] {
  return Object.keys(process.env)
    .filter((name) => /^AZURE_(STORAGE_(KEY|CONNECTION_STRING)|CLIENT_SECRET)$/.test(name))
    .map((name) => ({ level: 'advice', about: 'secrets', says: `${name} holds a long-lived key: prefer a managed identity` }));
}

/** Detections of this folder that read with an account key, which opens all of an account and does not expire. */
async function accountKeys(workspace: string): Promise<Finding[]> {
  const names = await readdir(join(workspace, 'detections')).catch(() => []);
  const found = await Promise.all(
    names.filter((name) => /\.ya?ml$/u.test(name)).map(async (name): Promise<Finding[]> => {
      const file = join('detections', name);
      const sources = await sourcesOf(join(workspace, file), file);
      const isKeyed = sources.some(({ credential }) => typeof credential === 'object' && credential !== null && 'connectionString' in credential);
      return isKeyed ? [{ level: 'advice', about: 'secrets', says: `${file} reads with a connection string: prefer an identity, or a SAS that can only read and list` }] : [];
    }),
  );
  return found.flat();
}

/** Settings of a detection's sources; none where the file is wrong, which other commands say. */
async function sourcesOf(path: string, file: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> {
  try {
    const { source, enrich } = parseDetection(await readFile(path, 'utf8'), file).detection;
    return [source.settings, ...enrich.map((each) => each.source.settings)];
  } catch {
    return [];
  }
}

/** What stands between this machine and a run. Reads only. */
export async function diagnose(places: Places, signal: AbortSignal): Promise<Finding[]> {
  signal.throwIfAborted();
  return [node(), memory(), await folder(process.cwd(), 'this folder'), await folder(tmpdir(), 'temporary folder'), ...(await plugins(places)), ...longLivedKeys(), ...(await accountKeys(process.cwd()))];
}

import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { messageOf } from '../refusal.ts';

/** A private copy of what a client remembers of a registry, for one session. */
export interface ClientState extends AsyncDisposable {
  /** Where the session reads and writes metadata files. */
  readonly folder: string;
  /** Makes what the session has verified the memory of the client. */
  save(): Promise<void>;
}

const isMetadata = (name: string): boolean => name.endsWith('.json');

/**
 * Opens the memory that belongs to a trusted root; a new root begins a new one. Sessions work on copies, and files are replaced by newer ones only,
 * so that processes that share the folder never see half a file nor forget a version. Throws WRITE_FAILED.
 */
export async function openClientState(folder: string, trustedRoot: Uint8Array): Promise<ClientState> {
  const memory = join(folder, createHash('sha256').update(trustedRoot).digest('hex').slice(0, 32));
  return writing(folder, async () => {
    await mkdir(memory, { recursive: true });
    const session = await mkdtemp(join(tmpdir(), 'byoml-trust-'));
    await writeFile(join(session, 'root.json'), trustedRoot);
    for (const name of (await readdir(memory)).filter(isMetadata)) await copyFile(join(memory, name), join(session, name));
    return {
      folder: session,
      save: () => writing(folder, () => keepNewer(session, memory)),
      [Symbol.asyncDispose]: () => rm(session, { recursive: true, force: true }),
    };
  });
}

async function keepNewer(session: string, memory: string): Promise<void> {
  const isNewer = async (name: string): Promise<boolean> => (await versionIn(join(session, name))) > (await versionIn(join(memory, name)));
  // Versions may start low again under a new root: that is how a registry recovers from a thief who signed very high ones.
  const rotated = await isNewer('root.json');
  for (const name of (await readdir(session)).filter(isMetadata)) {
    if (!rotated && !(await isNewer(name))) continue;
    const next = join(memory, `${randomUUID()}.next`);
    await copyFile(join(session, name), next);
    await rename(next, join(memory, name));
  }
}

/** 0 for a file that is not there or not metadata. */
async function versionIn(path: string): Promise<number> {
  try {
    const { signed } = JSON.parse(await readFile(path, 'utf8')) as { signed?: { version?: unknown } };
    return typeof signed?.version === 'number' ? signed.version : 0;
  } catch {
    return 0;
  }
}

async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw new ByomlError('WRITE_FAILED', `trust folder ${folder}: ${messageOf(thrown)}`, { cause: thrown, details: { folder } });
  }
}

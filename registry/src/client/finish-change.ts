import { readdirSync } from 'node:fs';
import { appendFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';
import { Lock } from '../storage/lock.ts';
import { writeAtomically } from './atomic-file.ts';
import { machineFile } from './machine-dependencies.ts';
import { nextPrefix, type WorkspacePlaces } from './workspace-places.ts';

/** What a finished project brings for the places outside it; all lie in its folder until they are there. Only a restoration may bring the last. */
export const nextLockFile = 'next-plugins.lock';
export const consentFile = 'next-consent.json';
export const nextMachineFile = 'next-dependencies.json';

const there = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

/**
 * Runs `work` as the only one that changes the workspace's plugins, after whatever a killed process left was finished or dropped. Throws WRITE_FAILED.
 *
 * A change is one rename: of a project that is whole to `plugins.ready`. Before it nothing has happened; after it, whoever comes next writes the lock, appends the consent
 * and exchanges the folders, each of which can be done again. So the lock and the project always fit together.
 */
export async function changing<T>(places: WorkspacePlaces, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    await mkdir(places.folder, { recursive: true });
    using turn = new Lock(places.turn);
    return await turn.hold(async () => {
      await finish(places);
      await dropUnfinished(places);
      return await work();
    }, signal);
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('syscall' in thrown || (thrown as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR')) throw thrown;
    throw new ByomlError('WRITE_FAILED', `${places.folder}: ${thrown.message}`, { cause: thrown, details: { path: places.folder } });
  }
}

/** For readers: finishes a change whose process was killed, or waits until the one that is at it has done so. */
export const finishInterrupted = (places: WorkspacePlaces): Promise<void> => changing(places, () => Promise.resolve(), new AbortController().signal);

/** Makes the project in `made` the one of the workspace. */
export async function commit(places: WorkspacePlaces, made: string): Promise<void> {
  await rename(made, places.ready);
  await syncFolder(places.folder);
  await finish(places);
}

async function finish(places: WorkspacePlaces): Promise<void> {
  const { ready, project, replaced } = places;
  if (await there(ready)) {
    const machine = await readFile(join(ready, nextMachineFile)).catch(() => undefined);
    if (machine) {
      await mkdir(places.trust, { recursive: true });
      await writeAtomically(join(places.trust, machineFile), machine);
    }
    await writeAtomically(places.lockFile, await readFile(join(ready, nextLockFile)));
    await appendOnce(places.consents, await readFile(join(ready, consentFile), 'utf8'));
    if (await there(project)) {
      await rm(replaced, { recursive: true, force: true });
      await rename(project, replaced);
    }
    await rename(ready, project);
    await syncFolder(places.folder);
  }
  await rm(replaced, { recursive: true, force: true });
}

/** A line that is the last one already was appended before the process died. */
async function appendOnce(path: string, line: string): Promise<void> {
  const before = await readFile(path, 'utf8').catch(() => '');
  if (before.endsWith(line)) return;
  // Half a line of a process that died in the middle is ended, so that the next one can be read.
  await appendFile(path, before === '' || before.endsWith('\n') ? line : `\n${line}`);
}

async function dropUnfinished({ folder }: WorkspacePlaces): Promise<void> {
  for (const name of readdirSync(folder)) if (name.startsWith(nextPrefix)) await rm(join(folder, name), { recursive: true, force: true });
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using opened = await open(folder);
  await opened.sync();
}

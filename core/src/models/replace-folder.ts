import { rename, rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ByomlError } from '../contracts/errors.ts';
import { unless } from './failure.ts';
import { syncFolder } from './folder-writer.ts';
import { occupant } from './occupant.ts';
import { isStale, temporaries, temporaryPath } from './temporary.ts';

const taken = ['ENOTEMPTY', 'EEXIST'];
const attempts = 20;

/**
 * Puts the finished folder `made` in the place of `target`. A model that is there is moved aside first, so a crash between
 * the two renames leaves it beside the target, where `recover` finds it.
 */
export async function replaceFolder(made: string, target: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if ((await placed(made, target)) || (await exchanged(made, target))) return;
  }
  throw new ByomlError('WRITE_FAILED', `${target}: other runs kept writing to it`, { details: { folder: target } });
}

/** Renames into the place of nothing or of an empty folder, and waits until the disk holds that; false when something else is there. */
async function placed(made: string, target: string): Promise<boolean> {
  if (process.platform === 'win32') await unless(rmdir(target), ['ENOENT', ...taken], undefined); // renames there never replace a folder
  if (!(await unless(rename(made, target).then(() => true), taken, false))) return false;
  try {
    await syncFolder(dirname(target));
  } catch (thrown) {
    await rename(target, made);
    throw thrown;
  }
  return true;
}

/** Moves the target aside and `made` into its place; false when another run was faster. */
async function exchanged(made: string, target: string): Promise<boolean> {
  const aside = temporaryPath(target, 'old');
  if (!(await unless(rename(target, aside).then(() => true), ['ENOENT'], false))) return false;
  try {
    await occupant(aside); // what was checked before the model was built may have changed since
    const done = await placed(made, target);
    await rm(aside, { recursive: true, force: true }).catch(() => undefined); // a later run removes what stays behind
    return done;
  } catch (thrown) {
    await unless(rename(aside, target), ['ENOENT', ...taken], undefined);
    throw thrown;
  }
}

/** Puts back the model that a run killed between its two renames had moved aside. Waits a moment for a run that is still alive. */
export async function recover(target: string): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const [aside] = await temporaries(target, 'old');
    if (!aside || (await occupant(target).catch(() => 'other')) !== 'nothing') return;
    if ((await isStale(aside)) || attempt === attempts - 1) {
      await unless(rename(aside, target), ['ENOENT', 'EACCES', 'EPERM', 'EROFS', ...taken], undefined);
      return;
    }
    await setTimeout(10);
  }
}

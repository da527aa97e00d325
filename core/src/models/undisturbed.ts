import { stat } from 'node:fs/promises';
import { unless } from './failure.ts';

/** File systems give the number of a removed folder to the next one, so the times count too: a rename changes the second. */
async function identity(folder: string): Promise<string | undefined> {
  const found = await unless(stat(folder, { bigint: true }), ['ENOENT', 'ENOTDIR', 'ELOOP'], undefined);
  return found && `${found.ino} ${found.ctimeNs} ${found.birthtimeNs}`;
}

const attempts = 50;

/**
 * What `look` says of a folder, found or thrown; asked again when another run put a new folder in its place meanwhile.
 * `absent` speaks for a folder that is not there, unless it is there afterwards.
 */
export async function undisturbed<T>(folder: string, look: () => Promise<T>, absent: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const before = await identity(folder);
    const [seen] = await Promise.allSettled([before === undefined ? absent() : look()]);
    if (attempt < attempts && (await identity(folder)) !== before) continue;
    if (seen.status === 'rejected') throw seen.reason;
    return seen.value;
  }
}

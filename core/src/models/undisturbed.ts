import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { unless } from './failure.ts';

/** File systems give the number of a removed folder to the next one, so the times count too: a rename changes the second. */
async function identity(folder: string): Promise<string | undefined> {
  const found = await unless(stat(folder, { bigint: true }), ['ENOENT', 'ENOTDIR', 'ELOOP'], undefined);
  return found && `${found.ino} ${found.ctimeNs} ${found.birthtimeNs}`;
}

const attempts = 50;

/** Two looks may fall into the gaps of two replacements, so absence counts when it was seen this often in a row. */
const looksAtNothing = 4;
const pauseMs = 5;

/**
 * What `look` says of a folder, found or thrown; asked again when another run put a new folder in its place meanwhile.
 * `absent` speaks for a folder that is not there, unless it is there afterwards.
 */
export async function undisturbed<T>(folder: string, look: () => Promise<T>, absent: () => Promise<T>): Promise<T> {
  let nothing = 0;
  for (let attempt = 1; ; attempt++) {
    const before = await identity(folder);
    const [seen] = await Promise.allSettled([before === undefined ? absent() : look()]);
    const after = await identity(folder);
    nothing = before === undefined && after === undefined ? nothing + 1 : 0;
    if (attempt < attempts && (after !== before || (nothing > 0 && nothing < looksAtNothing))) {
      if (nothing > 0) await setTimeout(pauseMs);
      continue;
    }
    if (seen.status === 'rejected') throw seen.reason;
    return seen.value;
  }
}

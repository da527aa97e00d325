// Serves the registry in a folder until it is killed, also by itself: before or after its n-th change of the storage since it listens.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStorage, serveRegistry, type Admit, type Storage } from '@byoml/registry';

/** Where to die. */
export interface Kill {
  readonly moment: 'before' | 'after';
  /** Counted from 1. */
  readonly change: number;
}

export interface Work {
  readonly root: string;
  readonly kill?: Kill;
}

/** These tests are not about what a good package is: the client's word for its package.json. */
const admit: Admit = async ({ document }) => ({ state: 'PASSED', packageJson: document, findings: [] });

/** How the registry of these tests is served, wherever. */
export const served = (root: string): ReturnType<typeof serveRegistry> => serveRegistry({ root, port: 0, admit, cooldown: { newMs: 0, updateMs: 0 }, publishLimit: { count: 10_000, windowMs: 60_000, freezeMs: 1000 } });

const [given] = process.argv.slice(2);
if (given !== undefined && process.argv[1] === import.meta.filename) await work(JSON.parse(given) as Work);

async function work({ root, kill }: Work): Promise<void> {
  // Whoever started this process may die without a word.
  process.stdin.on('end', () => process.exit()).resume();
  let left = Infinity;
  if (kill) await watchFolders(kill.moment, () => --left === 0 && process.kill(process.pid, 'SIGKILL'));
  const { url } = await served(root);
  left = kill?.change ?? Infinity;
  process.stdout.write(`${url}\n`);
}

/** Every storage in a folder, also one that the server opens for itself: `reached` is told before or after each change. */
async function watchFolders(moment: Kill['moment'], reached: () => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'byoml-kills-'));
  await using storage = await folderStorage(folder);
  rmSync(folder, { recursive: true });
  const prototype = Object.getPrototypeOf(storage) as Storage;
  for (const change of ['write', 'delete'] as const) {
    const own = Reflect.get(prototype, change) as (...given: unknown[]) => Promise<unknown>;
    Reflect.set(prototype, change, async function (this: Storage, ...of: unknown[]) {
      if (moment === 'before') reached();
      const answer = await own.apply(this, of);
      if (moment === 'after') reached();
      return answer;
    });
  }
}

// Writes models in a process of its own, with faults.
// `node crash.test.child.ts kill DIR CONTENT N`: dies in the middle of the Nth change to the disk (0: never).
// `node crash.test.child.ts fail DIR CONTENT CODE`: replaces model 0, 1, 2 … of DIR, where the Nth call to the disk fails, until none does.
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const [mode = '', dir = '', content = '', what = ''] = process.argv.slice(2);
const changes = ['mkdir', 'writeFile', 'rename', 'rm', 'rmdir'];
let calls = 0;
let faultAt = 0;

/** Leaves a change half done, as a kill in its middle would. */
const half: Record<string, (path: string, data: unknown) => void> = {
  writeFile: (path, data) => typeof data === 'string' || data instanceof Uint8Array ? writeFileSync(path, data.slice(0, data.length / 2)) : undefined,
  rm: (path) => {
    const inside = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile()) : undefined;
    if (inside) rmSync(join(inside.parentPath, inside.name));
  },
};

function fault(name: string, given: readonly unknown[]): void {
  if (mode === 'fail') throw Object.assign(new Error(`${what}: injected, ${name}`), { code: what, syscall: name, errno: -1 });
  half[name]?.(String(given[0]), given[1]);
  process.kill(process.pid, 'SIGKILL');
}

function faulty(name: string, target: Record<string, any>): void {
  const original = target[name] as (...given: unknown[]) => Promise<unknown>;
  target[name] = async function (this: unknown, ...given: unknown[]): Promise<unknown> {
    if (++calls === faultAt) fault(name, given);
    return original.apply(this, given);
  };
}

const handle = await fs.open(import.meta.filename);
if (mode === 'fail') faulty('sync', Object.getPrototypeOf(handle));
await handle.close();
for (const name of mode === 'fail' ? [...changes, 'open', 'readdir', 'lstat', 'realpath'] : changes) faulty(name, fs as never);
syncBuiltinESMExports();

const { manifestInput, saveFiles } = await import('./model.test.fixture.ts');
const { writeModelFolder } = await import('./write.ts');

async function attempt(target: string, step: number): Promise<object> {
  [calls, faultAt] = [0, step];
  try {
    const { digest } = await writeModelFolder(target, manifestInput, saveFiles(content));
    return { digest, reached: calls >= step };
  } catch (thrown) {
    return { code: (thrown as { code?: string }).code, message: (thrown as Error).message, reached: calls >= step };
  } finally {
    faultAt = 0;
  }
}

async function failAtEveryStep(): Promise<object[]> {
  const outcomes: object[] = [];
  for (let step = 1; step < 1000; step++) {
    const target = join(dir, String(step), 'model');
    await writeModelFolder(target, manifestInput, saveFiles('a'));
    const outcome = await attempt(target, step);
    if (!(outcome as { reached: boolean }).reached) break;
    outcomes.push(outcome);
  }
  return outcomes;
}

process.stdout.write(JSON.stringify(mode === 'fail' ? await failAtEveryStep() : await attempt(dir, Number(what))));

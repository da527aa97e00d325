import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmdirSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inCi } from '../tier.test.fixture.ts';
import { manifestInput, saveFiles } from './model.test.fixture.ts';
import { openModelFolder } from './open.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import { writeModelFolder } from './write.ts';

afterAll(removeTemporaryFolders);

interface Outcome {
  readonly digest?: string;
  readonly code?: string;
  readonly message?: string;
}
type Child = readonly ['kill' | 'fail', dir: string, content: string, what: string];

/** Compiles what the children import once, not in each of them. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'byoml-compile-cache') };

/** What the child process says; undefined when it was killed. */
const run = <T = Outcome>(given: Child, uid?: number): Promise<T | undefined> =>
  new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.test.child.ts'), ...given], { stdio: ['ignore', 'pipe', 'inherit'], env, ...(uid !== undefined && { uid }) });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.on('error', failed);
    child.on('close', (_, signal) => (signal === 'SIGKILL' ? done(undefined) : done(JSON.parse(out))));
  });

/** Every change in CI, otherwise every third. */
const step = inCi ? 1 : 3;

/** Kills the process at change 1, 1 + step … until the write gets through, two processes at a time; returns the last change at which it died. */
async function killAtChanges(probe: (change: number) => Promise<Outcome | undefined>): Promise<number> {
  for (let change = 1; ; change += 2 * step) {
    const [first, second] = await Promise.all([probe(change), probe(change + step)]);
    if (first) return change - step;
    if (second) return change;
  }
}

const digestOf = async (content: string): Promise<string> => (await writeModelFolder(join(await temporaryFolder(), 'model'), manifestInput, saveFiles(content))).digest;
const opened = (dir: string): Promise<string> => openModelFolder(dir).then(({ digest }) => digest, ({ code }: { code: string }) => code);

test.skipIf(process.platform === 'win32')('a kill -9 in any change leaves the old or the new model, and the next write tidies up', async () => {
  const [old, made] = [await digestOf('a'), await digestOf('b')];
  const found: string[] = [];
  const changes = await killAtChanges(async (change) => {
    const parent = await temporaryFolder();
    const dir = join(parent, 'model');
    await writeModelFolder(dir, manifestInput, saveFiles('a'));
    const outcome = await run(['kill', dir, 'b', String(change)]);
    found.push(await opened(dir));
    await writeModelFolder(dir, manifestInput, saveFiles('c'));
    expect(await readdir(parent), `after a kill in change ${change}`).toEqual(['model']);
    return outcome;
  });
  expect(changes).toBeGreaterThan(10);
  expect(new Set(found)).toEqual(new Set([old, made]));
});

test.skipIf(process.platform === 'win32')('a kill -9 in any change of a first write leaves no model or the whole model', async () => {
  const made = await digestOf('b');
  const found: string[] = [];
  await killAtChanges(async (change) => {
    const dir = join(await temporaryFolder(), 'model');
    const outcome = await run(['kill', dir, 'b', String(change)]);
    found.push(await opened(dir));
    return outcome;
  });
  expect(new Set(found)).toEqual(new Set(['MODEL_MISSING', made]));
});

async function failsAtEveryCall(code: string): Promise<void> {
  const [old, made] = [await digestOf('a'), await digestOf('b')];
  const parent = await temporaryFolder();
  const outcomes = (await run<Outcome[]>(['fail', parent, 'b', code])) ?? [];
  const told = await Promise.all(outcomes.map(async (outcome, i) => {
    const folder = join(parent, String(i + 1));
    return { ...outcome, holds: await opened(join(folder, 'model')), beside: (await readdir(folder)).filter((name) => name !== 'model') };
  }));
  const [through, failed] = [told.filter(({ digest }) => digest !== undefined), told.filter(({ digest }) => digest === undefined)];
  expect(new Set(through.map(({ holds }) => holds))).toEqual(new Set([made]));
  expect(new Set(failed.map(({ holds, beside }) => `${holds} ${beside.join()}`))).toEqual(new Set([`${old} `]));
  expect(new Set(failed.map((outcome) => outcome.code))).toEqual(new Set(['WRITE_FAILED']));
  expect(failed.filter(({ message }) => message?.includes(`${code}: injected`)).length).toBeGreaterThan(20);
}
test('ENOSPC from any call to the disk is WRITE_FAILED and changes nothing, or does not matter', () => failsAtEveryCall('ENOSPC'));
test.skipIf(!inCi).each(['EROFS', 'EACCES', 'EIO'])('%s from any call to the disk is WRITE_FAILED and changes nothing, or does not matter (CI tier)', failsAtEveryCall);

const root = process.getuid?.() === 0;

test.skipIf(process.platform === 'win32')('a folder that cannot be written is WRITE_FAILED', async () => {
  const parent = await temporaryFolder();
  chmodSync(parent, 0o555);
  const outcome = await run(['kill', join(parent, 'deep', 'model'), 'a', '0'], root ? 65534 : undefined);
  expect(outcome).toMatchObject({ code: 'WRITE_FAILED', message: expect.stringContaining('EACCES') });
  chmodSync(parent, 0o755);
  expect(await readdir(parent)).toEqual([]);
});

function tinyDisk(): string | undefined {
  if (!root || process.platform !== 'linux') return undefined;
  const at = mkdtempSync(join(tmpdir(), 'byoml-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', at], { stdio: 'ignore' });
    return at;
  } catch {
    rmdirSync(at);
    return undefined;
  }
}
const disk = tinyDisk();
afterAll(() => {
  if (!disk) return;
  execFileSync('umount', [disk]);
  rmdirSync(disk);
});

test.skipIf(!disk)('a full disk (needs root and mount) is WRITE_FAILED, keeps the old model and leaves nothing half-written', async () => {
  const dir = join(disk as string, 'full', 'model');
  await mkdir(join(disk as string, 'full'));
  const { digest } = await writeModelFolder(dir, manifestInput, saveFiles('a'));
  const large = (files: Parameters<ReturnType<typeof saveFiles>>[0]) => files.write('model/large.bin', new Uint8Array(1 << 20));
  await expect(writeModelFolder(dir, manifestInput, large)).rejects.toMatchObject({ code: 'WRITE_FAILED', message: expect.stringMatching(/large.bin.*ENOSPC/) });
  await expect(writeModelFolder(join(disk as string, 'new', 'model'), manifestInput, large)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  expect(await opened(dir)).toBe(digest);
  expect(await readdir(disk as string, { recursive: true })).toEqual(expect.not.arrayContaining([expect.stringMatching(/new/)]));
});

test.skipIf(!disk)('a disk that became read-only (needs root and mount) is WRITE_FAILED, and its models still open', async () => {
  const dir = join(disk as string, 'model');
  const { digest } = await writeModelFolder(dir, manifestInput, saveFiles('a'));
  execFileSync('mount', ['-o', 'remount,ro', disk as string]);
  await expect(writeModelFolder(dir, manifestInput, saveFiles('b'))).rejects.toMatchObject({ code: 'WRITE_FAILED', message: expect.stringMatching(/EROFS/) });
  expect(await opened(dir)).toBe(digest);
  execFileSync('mount', ['-o', 'remount,rw', disk as string]);
  expect((await stat(dir)).isDirectory()).toBe(true);
});

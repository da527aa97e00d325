import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rename, symlink, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { manifestInput, saveFiles } from './model.test.fixture.ts';
import { openModelFolder } from './open.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import { isStale, removeStale, temporaries, temporaryPath } from './temporary.ts';
import { writeModelFolder } from './write.ts';

afterAll(removeTemporaryFolders);

let target: string;
beforeEach(async () => {
  target = join(await temporaryFolder(), 'model');
});

/** Makes a temporary of `target` as another process, or another host, would have named it. */
async function left({ pid = process.pid, host = '', ageMs = 0 }: { pid?: number; host?: string; ageMs?: number }): Promise<string> {
  const path = temporaryPath(target, 'new').replace(/-([0-9a-f]{8})-\d+-/, (_, own) => `-${host || own}-${pid}-`);
  await mkdir(path);
  await utimes(path, new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
  return path;
}

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const hour = 3_600_000;

test('what a dead process left is stale, what a living one makes is not', async () => {
  expect(await isStale(await left({ pid: deadPid() }))).toBe(true);
  expect(await isStale(await left({ pid: process.ppid }))).toBe(false);
  expect(await isStale(await left({}))).toBe(false);
});

test('what an earlier process of the same number left is stale', async () => {
  expect(await isStale(await left({ ageMs: 20 * hour }))).toBe(true);
});

test('what another host makes is stale after a day', async () => {
  expect(await isStale(await left({ host: '00000000', ageMs: hour }))).toBe(false);
  expect(await isStale(await left({ host: '00000000', ageMs: 25 * hour }))).toBe(true);
});

test('a model that a killed run had moved aside opens again, also through a link', async () => {
  const { digest } = await writeModelFolder(target, manifestInput, saveFiles('a'));
  await symlink('model', `${target}.link`);
  await rename(target, temporaryPath(target, 'old').replace(/-\d+-/, `-${deadPid()}-`));
  expect((await openModelFolder(`${target}.link`)).digest).toBe(digest);
  expect((await openModelFolder(target)).digest).toBe(digest);
});

test('only stale temporaries of this target are removed', async () => {
  const stale = await left({ pid: deadPid() });
  const fresh = await left({});
  const parent = join(target, '..');
  await mkdir(join(parent, '.model.new-mine'));
  await mkdir(join(parent, basename(stale).replace('model', 'other')));
  expect(await temporaries(target, 'new')).toEqual([stale, fresh].toSorted());
  await removeStale(target);
  expect((await readdir(parent)).toSorted()).toEqual(['.model.new-mine', basename(fresh), basename(stale).replace('model', 'other')].toSorted());
});

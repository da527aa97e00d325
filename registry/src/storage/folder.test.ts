import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { folderStorage } from './folder.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';

afterAll(removeTemporaryFolders);

const { signal } = new AbortController();
let root: string;
beforeEach(async () => {
  root = await temporaryFolder();
});

const child = (...given: string[]) =>
  spawn(process.execPath, ['--conditions=@byoml/source', join(import.meta.dirname, 'folder.test.child.ts'), ...given], { stdio: ['ignore', 'pipe', 'inherit'] });

test('processes that compare and swap at the same time lose nothing', async () => {
  const exits = await Promise.all(['a', 'b', 'c'].map(async (name) => once(child('add', root, name, '30'), 'exit')));
  expect(exits.map(([status]) => status)).toEqual([0, 0, 0]);
  await using storage = await folderStorage(root);
  const list = new TextDecoder().decode((await storage.read('list', signal))?.bytes).split(',').filter(Boolean);
  expect(list.toSorted()).toEqual(['a', 'b', 'c'].flatMap((name) => Array.from({ length: 30 }, (_, i) => `${name}${i}`)).toSorted());
});

test('a process killed while it writes leaves a whole object and no lock', async () => {
  const writer = child('endless', root);
  await once(writer.stdout, 'data');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  await using storage = await folderStorage(root);
  const bytes = (await storage.read('large', signal))?.bytes;
  expect([bytes?.length, new Set(bytes).size]).toEqual([1 << 20, 1]);
  expect(await storage.write('large', new Uint8Array(1), { signal })).toBeDefined();
  expect(await readdir(join(root, 'temporary'))).toEqual([]);
});

test('a link inside the folder leads nowhere', async () => {
  await using storage = await folderStorage(root);
  const outside = await temporaryFolder();
  await mkdir(join(outside, 'deep'));
  await writeFile(join(outside, 'secret='), 'secret');
  await symlink(outside, join(root, 'objects', 'npm'));
  await symlink(join(outside, 'secret='), join(root, 'objects', 'file='));
  const refused = expect.objectContaining({ code: 'STORAGE_FAILED' });
  await expect(storage.read('npm/secret', signal)).rejects.toEqual(refused);
  await expect(storage.read('file', signal)).rejects.toEqual(refused);
  await expect(storage.write('npm/secret', new Uint8Array(1), { signal })).rejects.toEqual(refused);
  await expect(storage.write('npm/new/secret', new Uint8Array(1), { signal })).rejects.toEqual(refused);
  await expect(storage.delete('npm/deep/secret', { signal })).rejects.toEqual(refused);
  expect(await Array.fromAsync(storage.list('', signal))).toEqual([]);
  expect(await readdir(outside)).toEqual(['deep', 'secret=']);
});

test('writing over a link replaces the link, not what it points to', async () => {
  await using storage = await folderStorage(root);
  const outside = join(await temporaryFolder(), 'target');
  await writeFile(outside, 'outside');
  await symlink(outside, join(root, 'objects', 'file='));
  await storage.write('file', new Uint8Array([1]), { signal });
  expect((await storage.read('file', signal))?.bytes).toEqual(new Uint8Array([1]));
});

test('a deleted object leaves no empty folders', async () => {
  await using storage = await folderStorage(root);
  await storage.write('a/b/c', new Uint8Array(1), { signal });
  await storage.delete('a/b/c', { signal });
  expect(await readdir(join(root, 'objects'))).toEqual([]);
});

test('a folder that cannot be used says so', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(folderStorage(join(root, 'file'))).rejects.toEqual(expect.objectContaining({ code: 'STORAGE_FAILED' }));
  await using storage = await folderStorage(join(root, 'gone'));
  await rm(join(root, 'gone', 'temporary'), { recursive: true });
  await expect(storage.write('a', new Uint8Array(1), { signal })).rejects.toEqual(expect.objectContaining({ code: 'STORAGE_FAILED' }));
});

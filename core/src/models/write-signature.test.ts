import { mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { manifestInput, saveFiles } from './model.test.fixture.ts';
import { openModelFolder } from './open.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import { temporaryPath } from './temporary.ts';
import { writeModelFolder } from './write.ts';
import { writeSignature } from './write-signature.ts';

afterAll(removeTemporaryFolders);

let dir: string;
beforeEach(async () => {
  dir = join(await temporaryFolder(), 'model');
  await writeModelFolder(dir, manifestInput, saveFiles('a'));
});
const signature = (): Promise<string> => readFile(join(dir, 'model.sig'), 'utf8');

test('a signature replaces the one before and leaves nothing else', async () => {
  expect(await writeSignature(dir, Buffer.from('first'))).toBe(join(dir, 'model.sig'));
  await writeSignature(dir, Buffer.from('second'));
  expect(await signature()).toBe('second');
  expect(await readdir(dirname(dir))).toEqual(['model']);
});

test('what a killed process left is beside the folder: the model still loads, and the next signature removes it', async () => {
  const left = temporaryPath(dir, 'new').replace(`-${process.pid}-`, '-999999999-');
  await writeFile(left, 'half a signat');
  expect((await openModelFolder(dir)).signature).toBeNull();
  await writeSignature(dir, Buffer.from('whole'));
  await expect(stat(left)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a new model takes the place of a signed one, and its signature with it', async () => {
  await writeSignature(dir, Buffer.from('of the old one'));
  await writeModelFolder(dir, manifestInput, saveFiles('b'));
  expect((await openModelFolder(dir)).signature).toBeNull();
});

test('no algorithm can write a file of that name, and a folder in its place is an error', async () => {
  await expect(writeModelFolder(dir, manifestInput, (files) => files.write('model.sig', new Uint8Array()))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await mkdir(join(dir, 'model.sig'));
  await expect(writeSignature(dir, Buffer.from('x'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  expect(await readdir(dirname(dir))).toEqual(['model']);
  await rm(dir, { recursive: true });
  await expect(writeSignature(dir, Buffer.from('x'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
});

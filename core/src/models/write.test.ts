import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sha256 } from './digest.ts';
import { manifestInput, saveFiles } from './model.test.fixture.ts';
import { openModelFolder } from './open.ts';
import { prefixed } from './prefixed.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import { writeModelFolder } from './write.ts';

afterAll(removeTemporaryFolders);

const code = (name: string) => expect.objectContaining({ code: name });

test('a written model opens with the same manifest, digest and files', async () => {
  const dir = join(await temporaryFolder(), 'deep', 'model');
  const written = await writeModelFolder(dir, manifestInput, saveFiles('a'));
  const opened = await openModelFolder(dir);
  expect(opened.manifest).toEqual(written.manifest);
  expect(opened.digest).toBe(written.digest);
  expect(await opened.files.names()).toEqual(['calibration/scopes/s61/known.json', 'model/scopes/s61/graph.bin', 'model/vocabulary.json']);
  expect(new TextDecoder().decode(await prefixed(opened.files, 'model').read('vocabulary.json'))).toBe('{"a":1}');
  expect(await prefixed(opened.files, 'model').names()).toEqual(['scopes/s61/graph.bin', 'vocabulary.json']);
});

test('the digest is that of the bytes of manifest.json, in the form that sha256sum reads', async () => {
  const dir = join(await temporaryFolder(), 'model');
  const { digest } = await writeModelFolder(dir, manifestInput, saveFiles('a'));
  expect(digest).toBe(sha256(await readFile(join(dir, 'manifest.json'))));
  expect(await readFile(join(dir, 'manifest.sha256'), 'utf8')).toBe(`${digest}  manifest.json\n`);
});

test('the same content gives the same digest, whatever the order of settings and of writing', async () => {
  const parent = await temporaryFolder();
  const one = await writeModelFolder(join(parent, 'one'), manifestInput, saveFiles('a'));
  const { b, ...others } = manifestInput.algorithm.settings as Record<string, number>;
  const reordered = { ...manifestInput, algorithm: { ...manifestInput.algorithm, settings: { ...others, b: b as number } } };
  const other = await writeModelFolder(join(parent, 'two'), reordered, async (files) => {
    const held = new Map<string, Uint8Array>();
    await saveFiles('a')({ ...files, write: async (name, bytes) => void held.set(name, bytes) });
    for (const [name, bytes] of [...held].reverse()) await files.write(name, bytes);
  });
  expect(other.digest).toBe(one.digest);
  expect((await writeModelFolder(join(parent, 'three'), manifestInput, saveFiles('b'))).digest).not.toBe(one.digest);
});

test('the digest of a scope does not change with the files of another scope', async () => {
  const parent = await temporaryFolder();
  const alone = await writeModelFolder(join(parent, 'alone'), manifestInput, saveFiles('a'));
  const both = await writeModelFolder(join(parent, 'both'), manifestInput, async (files) => {
    await saveFiles('a')(files);
    await files.write('model/scopes/s62/graph.bin', new Uint8Array(3));
  });
  expect(Object.keys(both.manifest.scopes)).toEqual(['s61', 's62']);
  expect(both.manifest.scopes['s61']).toBe(alone.manifest.scopes['s61']);
  expect(both.digest).not.toBe(alone.digest);
});

test('a model replaces the model that was there and leaves nothing beside it', async () => {
  const parent = await temporaryFolder();
  const dir = join(parent, 'model');
  await mkdir(dir);
  await writeModelFolder(dir, manifestInput, saveFiles('a'));
  const { digest } = await writeModelFolder(dir, manifestInput, saveFiles('b'));
  expect((await openModelFolder(dir)).digest).toBe(digest);
  expect(await readdir(parent)).toEqual(['model']);
});

test('a linked target is replaced where the link points to', async () => {
  const parent = await temporaryFolder();
  await writeModelFolder(join(parent, 'real'), manifestInput, saveFiles('a'));
  await symlink('real', join(parent, 'link'));
  const { digest } = await writeModelFolder(join(parent, 'link'), manifestInput, saveFiles('b'));
  expect((await openModelFolder(join(parent, 'real'))).digest).toBe(digest);
});

test.each([
  ['a folder of other files', async (dir: string) => { await mkdir(dir); await writeFile(join(dir, 'notes.txt'), 'mine'); }],
  ['a file', (dir: string) => writeFile(dir, 'mine')],
  ['a manifest.json of something else', async (dir: string) => { await mkdir(dir); await writeFile(join(dir, 'manifest.json'), '{"name":"app"}'); }],
  ['a model with a further file', async (dir: string) => { await writeModelFolder(dir, manifestInput, saveFiles('a')); await writeFile(join(dir, 'model', 'notes.txt'), 'mine'); }],
])('%s is never replaced', async (_, make) => {
  const parent = await temporaryFolder();
  const dir = join(parent, 'model');
  await make(dir);
  const before = await readdir(parent, { recursive: true });
  await expect(writeModelFolder(dir, manifestInput, saveFiles('b'))).rejects.toEqual(code('FOLDER_OCCUPIED'));
  expect(await readdir(parent, { recursive: true })).toEqual(before);
});

test('a damaged model can be replaced', async () => {
  const dir = join(await temporaryFolder(), 'model');
  await writeModelFolder(dir, manifestInput, saveFiles('a'));
  await writeFile(join(dir, 'model', 'vocabulary.json'), 'x');
  const { digest } = await writeModelFolder(dir, manifestInput, saveFiles('b'));
  expect((await openModelFolder(dir)).digest).toBe(digest);
});

test('when saving throws, the error passes, the old model stays and new parents go', async () => {
  const parent = await temporaryFolder();
  const { digest } = await writeModelFolder(join(parent, 'model'), manifestInput, saveFiles('a'));
  const failing = async (): Promise<void> => { throw new Error('diverged'); };
  await expect(writeModelFolder(join(parent, 'model'), manifestInput, failing)).rejects.toThrow('diverged');
  await expect(writeModelFolder(join(parent, 'new', 'er', 'model'), manifestInput, failing)).rejects.toThrow('diverged');
  expect((await openModelFolder(join(parent, 'model'))).digest).toBe(digest);
  expect(await readdir(parent)).toEqual(['model']);
});

test.each(['../evil', 'model/../../evil', '/etc/passwd', 'Model/a', 'a//b', 'a/', 'a/.hidden', 'manifest.json', 'manifest.sha256', 'model\\a', 'c:evil', '', 'a.', 'é', 'x'.repeat(2000)])(
  'an algorithm cannot write a file named %j', async (name) => {
    const parent = await temporaryFolder();
    await expect(writeModelFolder(join(parent, 'model'), manifestInput, (files) => files.write(name, new Uint8Array(1)))).rejects.toEqual(code('MODEL_INVALID'));
    expect(await readdir(parent)).toEqual([]);
  });

test('writers of one target at the same time leave one whole model', async () => {
  const parent = await temporaryFolder();
  const dir = join(parent, 'model');
  const digests = (await Promise.all(['a', 'b', 'c', 'd'].map((content) => writeModelFolder(dir, manifestInput, saveFiles(content))))).map(({ digest }) => digest);
  expect(digests).toContain((await openModelFolder(dir)).digest);
  expect(await readdir(parent)).toEqual(['model']);
});

test('whoever opens a model while others replace it gets one of the whole models', async () => {
  const dir = join(await temporaryFolder(), 'model');
  const seen = new Set<string>();
  const digests = new Set([(await writeModelFolder(dir, manifestInput, saveFiles('0'))).digest]);
  let writing = true;
  const reading = (async () => { while (writing) seen.add((await openModelFolder(dir)).digest); })();
  for (let i = 1; i <= 25; i++) digests.add((await writeModelFolder(dir, manifestInput, saveFiles(String(i)))).digest);
  writing = false;
  await reading;
  expect([...seen].filter((digest) => !digests.has(digest))).toEqual([]);
  expect(seen.size).toBeGreaterThan(2);
});

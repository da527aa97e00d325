import { mkdir, readFile, readdir, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { sha256 } from './digest.ts';
import { manifestInput, saveFiles } from './model.test.fixture.ts';
import { openModelFolder } from './open.ts';
import { removeTemporaryFolders, temporaryFolder } from './scratch.test.fixture.ts';
import { writeSignature } from './write-signature.ts';
import { writeModelFolder } from './write.ts';

afterAll(removeTemporaryFolders);

let dir: string;
let digest: string;
beforeEach(async () => {
  dir = join(await temporaryFolder(), 'model');
  ({ digest } = await writeModelFolder(dir, manifestInput, saveFiles('a')));
});

const graph = 'model/scopes/s61/graph.bin';
const at = (name: string): string => join(dir, name);
const refused = (code: string, text: RegExp) => expect.objectContaining({ code, message: expect.stringMatching(text) });

const seal = async (text: string): Promise<void> => {
  await writeFile(at('manifest.json'), text);
  await writeFile(at('manifest.sha256'), `${sha256(text)}  manifest.json\n`);
};
/** Changes the manifest and its digest file, as somebody who means harm would. */
const forge = async (change: (manifest: any) => void): Promise<void> => {
  const manifest = JSON.parse(await readFile(at('manifest.json'), 'utf8'));
  change(manifest);
  await seal(JSON.stringify(manifest));
};
const flip = async (name: string, byte = 3): Promise<void> => {
  const bytes = await readFile(at(name));
  bytes[byte % bytes.length]! ^= 1 << byte % 8;
  await writeFile(at(name), bytes);
};
const entry = { bytes: 1, sha256: '0'.repeat(64) };

test.each<[string, string, RegExp, () => Promise<unknown> | void]>([
  ['an absent folder', 'MODEL_MISSING', /does not exist/, () => rm(dir, { recursive: true })],
  ['a file in its place', 'MODEL_MISSING', /no manifest/, async () => { await rm(dir, { recursive: true }); await writeFile(dir, 'x'); }],
  ['an empty folder', 'MODEL_MISSING', /no manifest/, async () => { await rm(dir, { recursive: true }); await mkdir(dir); }],
  ['a folder of other files', 'MODEL_MISSING', /no manifest/, async () => { await rm(dir, { recursive: true }); await mkdir(dir); await writeFile(at('notes.txt'), 'x'); }],
  ['the manifest of a web app', 'MODEL_FOREIGN', /not of a byoml model/, async () => { await writeFile(at('manifest.json'), '{"name":"app"}'); await unlink(at('manifest.sha256')); }],
  ['a sealed manifest of something else', 'MODEL_FOREIGN', /not of a byoml model/, () => seal('{"name":"app"}')],
  ['a sealed manifest that is no JSON', 'MODEL_FOREIGN', /not of a byoml model/, () => seal('PK\u0003\u0004')],
  ['a newer format', 'MODEL_FOREIGN', /format 2 is not format 1/, () => forge((manifest) => { manifest.format = 2; })],
  ['a truncated manifest', 'MODEL_CORRUPT', /manifest.json differs from manifest.sha256/, () => truncate(at('manifest.json'), 40)],
  ['an empty manifest', 'MODEL_CORRUPT', /manifest.json differs/, () => truncate(at('manifest.json'), 0)],
  ['no manifest but its digest', 'MODEL_CORRUPT', /manifest.json is missing/, () => unlink(at('manifest.json'))],
  ['no digest of the manifest', 'MODEL_CORRUPT', /manifest.sha256 is missing/, () => unlink(at('manifest.sha256'))],
  ['a truncated digest', 'MODEL_CORRUPT', /differs from manifest.sha256/, () => truncate(at('manifest.sha256'), 63)],
  ['the digest of another model', 'MODEL_CORRUPT', /differs from manifest.sha256/, () => writeFile(at('manifest.sha256'), `${'0'.repeat(64)}  manifest.json\n`)],
  ['a huge manifest', 'MODEL_CORRUPT', /manifest.json has 2000000 bytes, more than/, () => seal(' '.repeat(2_000_000))],
  ['a huge digest', 'MODEL_CORRUPT', /manifest.sha256 has 2000000 bytes/, () => writeFile(at('manifest.sha256'), ' '.repeat(2_000_000))],
  ['a manifest that is a link', 'MODEL_CORRUPT', /manifest.json is a symbolic link/, async () => { await rename(at('manifest.json'), `${dir}.json`); await symlink(`${dir}.json`, at('manifest.json')); }],
  ['a manifest that is a folder', 'MODEL_CORRUPT', /manifest.json is not a file/, async () => { await unlink(at('manifest.json')); await mkdir(at('manifest.json')); }],
  ['a manifest with an unknown field', 'MODEL_CORRUPT', /does not follow the schema.*extra/s, () => forge((manifest) => { manifest.extra = 1; })],
  ['a manifest without seed', 'MODEL_CORRUPT', /does not follow the schema.*seed/s, () => forge((manifest) => { delete manifest.seed; })],
  ['a negative number of rows', 'MODEL_CORRUPT', /does not follow the schema.*rows/s, () => forge((manifest) => { manifest.rows = -1; })],
  ['settings nested without end', 'MODEL_CORRUPT', /does not follow the schema/, async () => seal((await readFile(at('manifest.json'), 'utf8')).replace('"b": 0.5', `"b": ${'['.repeat(200_000)}${']'.repeat(200_000)}`))],
  ['a file named ..', 'MODEL_CORRUPT', /does not follow the schema.*files\["..\/../s, () => forge((manifest) => { manifest.files['../../etc/passwd'] = entry; })],
  ['a file with an absolute name', 'MODEL_CORRUPT', /does not follow the schema.*files\["\/etc/s, () => forge((manifest) => { manifest.files['/etc/passwd'] = entry; })],
  ['a file named __proto__', 'MODEL_CORRUPT', /not in the form/, async () => seal((await readFile(at('manifest.json'), 'utf8')).replace('"files": {', `"files": {"__proto__": ${JSON.stringify(entry)},`))],
  ['a listed file that is larger than any may be', 'MODEL_CORRUPT', /does not follow the schema.*bytes/s, () => forge((manifest) => { manifest.files[graph].bytes = 2 ** 40; })],
  ['a forged digest of a scope', 'MODEL_CORRUPT', /scopes digests/, () => forge((manifest) => { manifest.scopes.s61 = '0'.repeat(64); })],
  ['a key given twice', 'MODEL_CORRUPT', /not in the form/, async () => seal((await readFile(at('manifest.json'), 'utf8')).replace('"seed": 7', '"seed": 8, "seed": 7'))],
  ['a scope that has no files', 'MODEL_CORRUPT', /scopes digests/, () => forge((manifest) => { manifest.scopes.s62 = '0'.repeat(64); })],
  ['a listed file that is not there', 'MODEL_CORRUPT', /vocabulary.json is missing/, () => unlink(at('model/vocabulary.json'))],
  ['a missing folder', 'MODEL_CORRUPT', /graph.bin is missing/, () => rm(at('model/scopes'), { recursive: true })],
  ['a truncated file', 'MODEL_CORRUPT', /graph.bin has 10 bytes instead of 350/, () => truncate(at(graph), 10)],
  ['a longer file', 'MODEL_CORRUPT', /graph.bin has 351 bytes/, () => truncate(at(graph), 351)],
  ['a further file', 'MODEL_CORRUPT', /model\/extra.bin does not belong/, () => writeFile(at('model/extra.bin'), 'x')],
  ['a further hidden file', 'MODEL_CORRUPT', /\.DS_Store does not belong/, () => writeFile(at('.DS_Store'), 'x')],
  ['a further empty folder', 'MODEL_CORRUPT', /model\/empty does not belong/, () => mkdir(at('model/empty'))],
  ['a file that is a link to the same bytes', 'MODEL_CORRUPT', /graph.bin is a symbolic link/, async () => { await rename(at(graph), `${dir}.bin`); await symlink(`${dir}.bin`, at(graph)); }],
  ['a folder that is a link', 'MODEL_CORRUPT', /model is a symbolic link/, async () => { await rename(at('model'), `${dir}.aside`); await symlink(`${dir}.aside`, at('model')); }],
  ['a file that is a folder', 'MODEL_CORRUPT', /graph.bin/, async () => { await unlink(at(graph)); await mkdir(at(graph)); }],
])('%s is refused', async (_, code, text, spoil) => {
  await spoil();
  await expect(openModelFolder(dir)).rejects.toEqual(refused(code, text));
});

test.skipIf(process.platform === 'win32')('a pipe is refused and never waited for', async () => {
  await unlink(at(graph));
  execFileSync('mkfifo', [at(graph)]);
  await expect(openModelFolder(dir)).rejects.toEqual(refused('MODEL_CORRUPT', /graph.bin is not a file/));
});

test.each(['manifest.json', 'manifest.sha256', graph, 'model/vocabulary.json', 'calibration/scopes/s61/known.json'])('one flipped bit in %s is found', async (name) => {
  await flip(name);
  await expect(openModelFolder(dir)).rejects.toEqual(refused('MODEL_CORRUPT', /differs from/));
});

test('a flip of any bit of any file is found', async () => {
  const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((found) => found.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), async (path, byte) => {
      const before = await readFile(path);
      await flip(path.slice(dir.length + 1), byte);
      await expect(openModelFolder(dir)).rejects.toEqual(refused('MODEL_CORRUPT', /./));
      await writeFile(path, before);
      expect((await openModelFolder(dir)).digest).toBe(digest);
    }),
    { numRuns: 60 },
  );
});

test('a file that changes after opening is refused when it is read', async () => {
  const { files } = await openModelFolder(dir);
  await flip(graph);
  await expect(files.read(graph)).rejects.toEqual(refused('MODEL_CORRUPT', /graph.bin changed since the model was opened/));
});

test('reading what the model does not list is refused, also when it is there', async () => {
  const { files } = await openModelFolder(dir);
  for (const name of ['manifest.json', '../secret', 'toString']) await expect(files.read(name)).rejects.toEqual(refused('MODEL_INVALID', /it has no file/));
  await expect(files.write('model/x', new Uint8Array())).rejects.toEqual(refused('WRITE_FAILED', /never changes/));
});

test('a signature is no file too many, and comes with the digests that it has to be of', async () => {
  expect((await openModelFolder(dir)).signature).toBeNull();
  await writeSignature(dir, Buffer.from('signed'));
  const { signature, listed, digest: opened } = await openModelFolder(dir);
  expect([Buffer.from(signature ?? []).toString(), opened]).toEqual(['signed', digest]);
  const inFolder = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((found) => found.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(dir.length + 1));
  expect(listed.map(({ path }) => path).toSorted()).toEqual(inFolder.filter((name) => name !== 'model.sig').toSorted());
  for (const { path, sha256: listedDigest } of listed) expect([path, listedDigest]).toEqual([path, sha256(await readFile(at(path)))]);
});

test('a folder with a signature that was changed is not what was signed', async () => {
  await writeSignature(dir, Buffer.from('signed'));
  await flip(graph);
  await expect(openModelFolder(dir)).rejects.toEqual(refused('TRUST_REFUSED', /it is not what was signed: model\/scopes\/s61\/graph.bin differs from its digest/));
  await flip(graph);
  await unlink(at('model.sig'));
  await symlink(at('manifest.json'), at('model.sig'));
  await expect(openModelFolder(dir)).rejects.toEqual(refused('MODEL_CORRUPT', /model.sig is a symbolic link/));
});

test('reading stops when it is told to, and says how far it is', async () => {
  const done: number[] = [];
  await openModelFolder(dir, { signal: new AbortController().signal, progress: (update) => done.push(update.done / (update.total ?? 0)) });
  expect(done.at(-1)).toBe(1);
  await expect(openModelFolder(dir, { signal: AbortSignal.abort(new Error('stop')), progress: () => {} })).rejects.toThrow('stop');
});

test('a model behind a link to its folder opens', async () => {
  await symlink(dir, `${dir}.link`);
  expect((await openModelFolder(`${dir}.link`)).digest).toBe(digest);
});

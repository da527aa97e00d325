import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { samplePackageJson } from '../admission/sample-package.ts';
import { tarOf } from '../package/pack.ts';
import { signal } from '../server/registry.test.fixture.ts';
import { removeTemporaryFolders, temporaryFolder } from '../storage/scratch.test.fixture.ts';
import { folderOf, samplePlugin } from './author.test.fixture.ts';
import { packFolder, readPacked } from './packed-package.ts';

afterAll(removeTemporaryFolders);

test('a folder is packed as npm packs it, and none of its scripts runs', async () => {
  const scripts = Object.fromEntries(['prepack', 'prepare', 'postpack', 'prepublishOnly'].map((event) => [event, `node -e "require('fs').writeFileSync('ran-${event}', '')"`]));
  const folder = await folderOf({ ...samplePlugin(), 'package.json': JSON.stringify({ ...samplePackageJson, scripts }), 'secret.txt': 'not in "files"', '.npmrc': '//127.0.0.1/:_authToken=secret' });
  const packed = await packFolder(folder, signal);
  expect(packed).toMatchObject({ name: '@example/quiet-hours', version: '1.2.0', plugin: true, manifest: createHash('sha256').update(samplePlugin()['byoml.plugin.json'] as string).digest('hex') });
  expect(packed.integrity).toBe(`sha512-${createHash('sha512').update(packed.tarball).digest('base64')}`);
  for (const event of Object.keys(scripts)) expect(existsSync(join(folder, `ran-${event}`))).toBe(false);
  expect((await packFolder(folder, signal)).integrity).toBe(packed.integrity);
});

test('a folder without a package, and one that npm cannot pack, are told apart', async () => {
  await expect(packFolder(await temporaryFolder(), signal)).rejects.toMatchObject({ code: 'FILE_MISSING', message: expect.stringContaining('no package.json') });
  await expect(packFolder(await folderOf({ 'package.json': '{"name": "@acme/no-version"}' }), signal)).rejects.toMatchObject({ code: 'NPM_FAILED' });
});

test('a name that no registry takes is refused, and so is a tarball with a link', async () => {
  await expect(packFolder(await folderOf({ 'package.json': '{"name": "@acme/Loud", "version": "1.0.0"}' }), signal)).rejects.toMatchObject({ code: expect.stringMatching(/^(REQUEST_INVALID|NPM_FAILED)$/) });
  const linked = gzipSync(tarOf([...Object.entries(samplePlugin()).map(([path, bytes]) => ({ path: `package/${path}`, bytes })), { path: 'package/link', type: 'SymbolicLink', linkpath: '/etc/passwd' }]));
  await expect(readPacked(linked, signal)).rejects.toMatchObject({ code: 'PUBLISH_REFUSED' });
});

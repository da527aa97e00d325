import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeyFile, writeKeyFile } from './key-file.ts';
import { generateKey, isSignedBy, publicKey, signingKey } from './keys.ts';

const hasModes = process.platform !== 'win32';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoml-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the id of a key is the one that other implementations of TUF give it', () => {
  expect(publicKey('edcd0a32a07dce33f7c7873aaffbff36d20ea30787574ead335eefd337e4dacd').id).toBe('2345a90ad8d76f3677f9ad6695b0ba0b5c7b7fbf27fb0ed35fbdf7b71264a679'); // securesystemslib 1.6.0
});

test('a key is the same from hexadecimal digits and from PEM, and verifies what its private half signed', () => {
  const pem = generateKey();
  const key = signingKey(pem);
  expect(publicKey(key.public.hex)).toEqual(key.public);
  expect(publicKey(createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString())).toEqual(key.public);
  const bytes = new TextEncoder().encode('text');
  const signature = key.sign(bytes);
  expect(isSignedBy(key.public, bytes, signature)).toBe(true);
  expect(isSignedBy(key.public, bytes, signature.subarray(1))).toBe(false);
  expect(isSignedBy(publicKey(signingKey(generateKey()).public.hex), bytes, signature)).toBe(false);
});

test('other kinds of keys and nonsense are refused without showing what was read', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const text of ['', 'secret text', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 'g'.repeat(64), 'A'.repeat(64)]) expect(() => publicKey(text)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED' }));
  for (const text of ['', 'secret text', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
    expect(() => signingKey(text)).toThrow(expect.objectContaining({ code: 'TRUST_REFUSED', message: expect.not.stringContaining('secret') }));
  }
});

test('a key file is readable by its owner only and never replaced', async () => {
  const path = join(folder, 'root.pem');
  await writeKeyFile(path, generateKey());
  const key = await readKeyFile(path);
  expect((await stat(path)).mode & (hasModes ? 0o777 : 0)).toBe(hasModes ? 0o600 : 0);
  await expect(writeKeyFile(path, generateKey())).rejects.toMatchObject({ code: 'FOLDER_OCCUPIED' });
  expect((await readKeyFile(path)).public).toEqual(key.public);
});

test('a key file that is a link, is missing, or too large is refused', async () => {
  const path = join(folder, 'open.pem');
  await writeKeyFile(path, generateKey());
  await symlink(path, join(folder, 'link.pem'));
  await expect(readKeyFile(join(folder, 'link.pem'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await expect(readKeyFile(join(folder, 'none.pem'))).rejects.toMatchObject({ code: 'FILE_MISSING' });
  await writeFile(join(folder, 'large.pem'), 'x'.repeat(5000), { mode: 0o600 });
  await expect(readKeyFile(join(folder, 'large.pem'))).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
});

test.runIf(hasModes).each([0o640, 0o604, 0o620, 0o660])('a key file of mode %o, which others may read or change, is refused', async (mode) => {
  const path = join(folder, `${mode}.pem`);
  await writeKeyFile(path, generateKey());
  await chmod(path, mode);
  await expect(readKeyFile(path)).rejects.toMatchObject({ code: 'TRUST_REFUSED' });
});

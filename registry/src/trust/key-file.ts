import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import { signingKey, type SigningKey } from './keys.ts';
import { refusal } from './refusal.ts';

const largest = 4096;
const othersMay = 0o077;

/** Writes a private key that only its owner can read (mode 0600). Throws FOLDER_OCCUPIED when there is a file already, WRITE_FAILED. */
export async function writeKeyFile(path: string, pem: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(pem);
    await file.sync();
  } catch (thrown) {
    const taken = (thrown as NodeJS.ErrnoException).code === 'EEXIST';
    throw new ByomlError(taken ? 'FOLDER_OCCUPIED' : 'WRITE_FAILED', `key file ${path}: ${taken ? 'a file of that name exists; a key is never replaced' : (thrown as Error).message}`, { cause: thrown, details: { path } });
  }
}

/** Reads a private key. Throws FILE_MISSING, and TRUST_REFUSED when others may read or change the file or when it holds no Ed25519 key. */
export async function readKeyFile(path: string): Promise<SigningKey> {
  return signingKey(await readPrivatePem(path));
}

/** The text of a file that holds a private key. Throws FILE_MISSING, and TRUST_REFUSED when others may read or change the file. */
export async function readPrivatePem(path: string): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && mode & othersMay) throw refusal(`key file ${path}`, 'others than its owner may read or change it; set its mode to 0600');
    if (size > largest) throw refusal(`key file ${path}`, `it has ${size} bytes, which no key has`);
    return await file.readFile('utf8');
  } catch (thrown) {
    if (thrown instanceof ByomlError) throw thrown;
    throw new ByomlError('FILE_MISSING', `key file ${path}: ${(thrown as Error).message}`, { cause: thrown, details: { path } });
  }
}

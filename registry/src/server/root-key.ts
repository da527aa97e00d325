import { generateKeyPairSync } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError } from '@byoml/core';

/**
 * Makes the key that everything else of a registry's trust begins with: Ed25519, PKCS #8 in PEM, readable by its owner only.
 * The file's path; undefined when there was one already. Throws WRITE_FAILED.
 */
export async function makeRootKey(folder: string): Promise<string | undefined> {
  const path = join(folder, 'root.pem');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await file.sync();
    return path;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw new ByomlError('WRITE_FAILED', `${path}: ${(thrown as Error).message}`, { details: { path }, cause: thrown });
  }
}

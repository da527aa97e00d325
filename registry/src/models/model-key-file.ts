import { rm, writeFile } from 'node:fs/promises';
import { ByomlError } from '@byoml/core';
import { readPrivatePem, writeKeyFile } from '../trust/key-file.ts';
import { generateModelKey, modelSigningKey, type ModelSigningKey } from '../trust/model-signing/ec-keys.ts';

/** A key that was made just now. */
export interface MadeModelKey {
  readonly key: ModelSigningKey;
  /** Path of its public half, to give to whoever verifies. */
  readonly publicFile: string;
}

/** Reads a private key (ECDSA) from PEM. Throws FILE_MISSING, and TRUST_REFUSED for a file that others can read or that holds no such key. */
export const readModelKey = async (path: string): Promise<ModelSigningKey> => modelSigningKey(await readPrivatePem(path));

/** Where the public half of a key lies: `model.pem` → `model.pub.pem`. */
const publicFileOf = (path: string): string => `${path.replace(/\.pem$/, '')}.pub.pem`;

/** Makes a key in a file that is not there yet, and its public half beside it. Throws FOLDER_OCCUPIED when one of the two exists, WRITE_FAILED. */
export async function makeModelKey(path: string): Promise<MadeModelKey> {
  const { privatePem, publicPem } = generateModelKey();
  const publicFile = publicFileOf(path);
  await writeKeyFile(path, privatePem);
  try {
    await writeFile(publicFile, publicPem, { flag: 'wx' });
  } catch (cause) {
    await rm(path, { force: true });
    const taken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new ByomlError(taken ? 'FOLDER_OCCUPIED' : 'WRITE_FAILED', `key file ${publicFile}: ${taken ? 'a file of that name exists; a key is never replaced' : (cause as Error).message}`, { cause, details: { path: publicFile } });
  }
  return { key: modelSigningKey(privatePem), publicFile };
}

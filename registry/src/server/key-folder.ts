import { randomUUID } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByomlError, isByomlError } from '@byoml/core';
import { readKeyFile, writeKeyFile } from '../trust/key-file.ts';
import { generateKey, type SigningKey } from '../trust/keys.ts';
import type { RegistryTrust } from './trust.ts';

/** The keys of a registry that keeps them in a folder. */
export interface KeyFolder {
  readonly trust: RegistryTrust;
  /** Private key to keep offline; only when this opening made it. */
  readonly rootKeyFile: string | undefined;
}

/**
 * Opens the keys in a folder: Ed25519, PKCS #8 in PEM, readable by their owner only. Those that are missing are made unless the registry has metadata
 * already (`begun`); then the root key may be elsewhere. Throws WRITE_FAILED, FILE_MISSING for another key that is gone, TRUST_REFUSED for a file that is no such key.
 */
export async function openKeyFolder(folder: string, { begun }: { readonly begun: boolean }): Promise<KeyFolder> {
  const file = (role: string): string => join(folder, `${role}.pem`);
  const rootIsNew = !begun && (await makeKey(folder, file('root')));
  const open = async (role: string): Promise<SigningKey> => {
    if (!begun) await makeKey(folder, file(role));
    return readKeyFile(file(role));
  };
  const keys = { timestamp: await open('timestamp'), snapshot: await open('snapshot'), targets: await open('targets') };
  const root = begun ? undefined : await readKeyFile(file('root'));
  return { trust: { keys, ...(root && { root: { keys: [root] } }) }, rootKeyFile: rootIsNew ? file('root') : undefined };
}

/** Whether there was none before. A process that dies leaves a whole key or none. */
async function makeKey(folder: string, path: string): Promise<boolean> {
  const next = join(folder, `${randomUUID()}.next`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeKeyFile(next, generateKey());
    await link(next, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    if (isByomlError(thrown)) throw thrown;
    throw new ByomlError('WRITE_FAILED', `${path}: ${(thrown as Error).message}`, { details: { path }, cause: thrown });
  } finally {
    await rm(next, { force: true });
  }
}

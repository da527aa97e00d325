import type { Storage, Stored } from '../../storage/storage.ts';
import { refusal } from '../refusal.ts';

/** Where the metadata lies in the registry's storage, and under its address. */
export const folder = 'tuf';

export const keyOfRole = (role: string, version?: number): string => `${folder}/${version === undefined ? '' : `${version}.`}${role}.json`;

/** Throws TRUST_REFUSED when there is no such file. */
export async function readFile(storage: Storage, key: string, signal: AbortSignal): Promise<Stored> {
  const found = await storage.read(key, signal);
  if (!found) throw refusal(key, 'the storage has no such file');
  return found;
}

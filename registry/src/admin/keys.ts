import { folderStorage } from '../storage/folder.ts';
import type { Storage } from '../storage/storage.ts';
import { refuseMissing } from './places.ts';
import { readSignedEdition, type Role } from './signed-edition.ts';

/** A role, as everybody can read it in the metadata. */
export interface KeyRole {
  readonly role: Role;
  /** Ids of the keys that may sign. */
  readonly keys: readonly string[];
  /** How many of them have to. */
  readonly threshold: number;
  /** Of the metadata. */
  readonly version: number;
  /** As ISO 8601. */
  readonly expires: string;
}

/** Who may sign what for a registry, and until when that is good. Throws TRUST_REFUSED. */
export async function keyRoles(storage: Storage, signal: AbortSignal): Promise<readonly KeyRole[]> {
  const { roles } = await readSignedEdition(storage, { signal });
  return (['root', 'targets', 'snapshot', 'timestamp'] as const).map((role) => ({ role, ...roles[role], expires: roles[role].expires.toISOString() }));
}

/** As `keyRoles`, of a folder registry; no key is read. Throws FILE_MISSING, TRUST_REFUSED. */
export async function keyRolesIn(root: string, signal: AbortSignal): Promise<readonly KeyRole[]> {
  await using storage = await folderStorage((await refuseMissing(root)).data);
  return await keyRoles(storage, signal);
}

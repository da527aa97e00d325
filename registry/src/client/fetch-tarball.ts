import { integrityOf } from '../npm/tarball.ts';
import { tarballKey } from '../npm/name.ts';
import type { Card } from '../npm/card.ts';
import { refusal } from '../trust/refusal.ts';
import type { RegistrySession } from './registry-session.ts';

/** No package may be larger; `openArchive` bounds what is in it. */
const largest = 256 << 20;

/** Reads the tarball of a card, never more bytes than were signed. Throws TRUST_REFUSED for other bytes, REGISTRY_FAILED. */
export async function fetchTarball({ transport }: RegistrySession, { name, version, size, integrity }: Card, signal: AbortSignal): Promise<Uint8Array> {
  const what = `${name}@${version}`;
  if (size > largest) throw refusal(what, `its tarball has ${size} bytes, more than ${largest}`);
  const bytes = await transport.read(tarballKey(name, version), size, signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    transport.throwIfUnreachable();
    throw refusal(what, (thrown as Error).message, thrown);
  });
  if (!bytes) throw refusal(what, 'its tarball was signed but is not there');
  if (bytes.length !== size || integrityOf(bytes) !== integrity) throw refusal(what, `its tarball has the digest ${integrityOf(bytes)}, the signed one ${integrity}`);
  return bytes;
}

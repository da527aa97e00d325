import { isDeepStrictEqual } from 'node:util';
import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import { writeBlob } from '../npm/blobs.ts';
import { refuseStranger } from '../npm/history.ts';
import { newestOf } from '../npm/package-state.ts';
import type { AdmitRequest } from '../server/admit.ts';
import type { BundledVersion } from './bundle.ts';
import type { Administered } from './administered.ts';

/** `present`: it was there already; `held`: taken over, but a check wants a person to look at it first. */
export type ImportOutcome = 'imported' | 'held' | 'present';

/**
 * Publishes a verified version of a bundle as the administrator, through the checks of this registry, with its signatures. Also finishes what an import that
 * died has begun. Throws VERSION_EXISTS for other bytes under that version, ACCESS_DENIED for a package of others, PUBLISH_REFUSED.
 */
export async function importVersion({ registry }: Administered, bundled: BundledVersion): Promise<ImportOutcome> {
  const { packages, storage, now, signal } = registry;
  const { event: { name, version, tag, integrity, size, signer }, tarball, description, signature, provenance } = bundled;
  await packages.history.refresh(signal);
  const { versions, tombstones } = await packages.state(name, signal);
  const there = versions.get(version)?.published;
  if (there?.integrity === integrity) return 'present';
  if (there) throw taken(bundled, `other bytes are there (${there.integrity}, the bundle has ${integrity})`);
  if (tombstones.has(version)) throw taken(bundled, 'it was withdrawn here, and a version never comes back');
  refuseStranger(name, administrator, { history: packages.history.of(name), begins: true });
  const put = async (): Promise<void> => {
    if (!(await packages.contents.put(description, tarball, signal))) throw taken(bundled, 'other bytes are there');
  };
  const begun = packages.history.of(name).events.find((event) => event.kind === 'publish' && event.version === version && event.integrity === integrity && event.by === administrator);
  if (begun?.kind === 'publish') {
    await put();
    await packages.settle(name, signal);
    return begun.state === 'PASSED' ? 'imported' : 'held';
  }
  const state = await admitted(registry, bundled, newestOf(versions.keys()));
  const kept = (blob: Uint8Array | undefined): Promise<string> | null => (blob ? writeBlob(storage, blob, signal) : null);
  const visible = state === 'PASSED' ? new Date(now()).toISOString() : null;
  await packages.decide({ kind: 'publish', name, by: administrator, version, tag, integrity, size, state, visible, signer, signature: await kept(signature), provenance: await kept(provenance) }, { between: put, signal });
  return state === 'PASSED' ? 'imported' : 'held';
}

const taken = ({ event: { name, version } }: BundledVersion, why: string): ByomlError => new ByomlError('VERSION_EXISTS', `${name}@${version}: ${why}`, { details: { name, version } });

async function admitted({ packages, admit, signal }: Administered['registry'], { event: { name, version }, tarball, description }: BundledVersion, previous: string | undefined): Promise<'PASSED' | 'QUARANTINED'> {
  const earlier = async (): Promise<Uint8Array> => {
    const bytes = previous === undefined ? undefined : await packages.contents.read(name, previous, signal);
    if (!bytes) throw new ByomlError('STORAGE_FAILED', `${name}@${previous}: its tarball is gone`, { details: { name } });
    return bytes;
  };
  const request: AdmitRequest = { name, version, publisher: administrator, tarball, document: description.manifest, previous: previous === undefined ? null : { version: previous, tarball: earlier }, taken: packages.history.taken };
  const { state, packageJson, findings } = await admit(request, signal);
  const same = isDeepStrictEqual([packageJson['name'], packageJson['version']], [name, version]);
  if (same && (state === 'PASSED' || state === 'QUARANTINED')) return state;
  throw new ByomlError('PUBLISH_REFUSED', `${name}@${version}: ${findings[0]?.message ?? 'a check could not be done'}`, { details: { name, version, state, findings } });
}

import { ByomlError } from '@byoml/core';
import type { PublishEvent } from '../log/event.ts';
import type { Contents, Description } from './contents.ts';
import type { PackageState } from './package-state.ts';
import type { Manifest } from './packument.ts';

/** A version whose tarball was read. */
export type Fresh = Description & { readonly event: PublishEvent };

/** The manifest of every version: as it is known already, or made from its tarball; then it is among the fresh ones. Throws STORAGE_FAILED for a tarball that is gone. */
export async function described(contents: Contents, { versions }: PackageState, { known, signal }: { readonly known: Readonly<Record<string, Manifest>>; readonly signal: AbortSignal }): Promise<{ readonly manifests: ReadonlyMap<string, Manifest>; readonly fresh: readonly Fresh[] }> {
  const manifests = new Map<string, Manifest>();
  const fresh: Fresh[] = [];
  for (const [version, { published: event }] of versions) {
    const same = known[version]?.dist.integrity === event.integrity ? known[version] : undefined;
    const description = same ? undefined : await contents.description(event, signal);
    if (description) fresh.push({ ...description, event });
    const manifest = same ?? description?.manifest;
    if (!manifest) throw new ByomlError('STORAGE_FAILED', `${event.name}@${version}: its tarball is gone`, { details: { name: event.name, version } });
    manifests.set(version, manifest);
  }
  return { manifests, fresh };
}

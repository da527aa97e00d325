import { ByomlError, isByomlError, type Progress } from '@byoml/core';
import type { Admit } from '../server/admit.ts';
import { Bundle, type BundledPackage } from './bundle.ts';
import { importAdvisories } from './import-advisories.ts';
import { importState } from './import-state.ts';
import { importVersion, type ImportOutcome } from './import-version.ts';
import type { Administered } from './administered.ts';
import { openAdministered } from './open-administered.ts';
import { expiredRoles, type Role } from './signed-edition.ts';

export interface ImportOptions {
  /** Folder that `exportBundle` has written. */
  readonly bundle: string;
  /** Bytes of the `root.json` of the registry that it comes from, which came another way. */
  readonly trustedRoot: Uint8Array;
  readonly admit: Admit;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** A version that was not taken over. */
interface RefusedVersion {
  readonly name: string;
  readonly version: string;
  readonly message: string;
}

/** What became of a bundle. */
export interface Imported {
  /** Whether nothing was refused. */
  readonly ok: boolean;
  /** Versions that were taken over now, as `NAME@VERSION`. */
  readonly imported: readonly string[];
  /** Of these, those that a check holds back until the administrator has looked at them. */
  readonly held: readonly string[];
  /** How many were there already. */
  readonly present: number;
  readonly refused: readonly RefusedVersion[];
  /** Ids of the advisories that were signed with the key of this registry. */
  readonly advisories: readonly string[];
  /** Roles of the bundle whose metadata is out of date: what has happened there since is not in it. */
  readonly expired: readonly Role[];
  /** Secret of the administrator's token; only when this made the registry. */
  readonly adminToken?: string;
  /** Private key to keep offline; only when this made the registry. */
  readonly rootKeyFile?: string;
}

/**
 * Takes the versions of a bundle over into a folder registry, as its administrator and through its own checks. The whole bundle is verified before anything is
 * taken over. Can be run again when it was interrupted: what is there is skipped. Throws TRUST_REFUSED for a bundle that does not hold; then nothing was taken over.
 */
export async function importBundle(root: string, { bundle: folder, trustedRoot, admit, now = Date.now, progress }: ImportOptions, signal: AbortSignal): Promise<Imported> {
  const bundle = await Bundle.open(folder, trustedRoot, signal);
  const packages = await bundle.packages(signal);
  const total = packages.reduce((sum, { publications }) => sum + publications.length, 0);
  if (total === 0) throw new ByomlError('DATA_EMPTY', `bundle ${folder}: there is no version in it`, { details: { folder } });
  await verifyAll(bundle, packages, (done) => progress?.({ done, total, unit: 'verified' }), signal);
  await using administered = await openAdministered(root, { now, admit, create: true }, signal);
  const taken = await takeOver(administered, bundle, packages, (done) => progress?.({ done, total, unit: 'versions' }));
  const advisories = await importAdvisories(administered, await bundle.advisories(new Date(now()), signal));
  const { registry: { adminToken }, rootKeyFile } = administered;
  return {
    ok: taken.refused.length === 0, ...taken, advisories, expired: expiredRoles(bundle.edition, new Date(now())),
    ...(adminToken !== undefined && { adminToken }), ...(rootKeyFile !== undefined && { rootKeyFile }),
  };
}

async function verifyAll(bundle: Bundle, packages: readonly BundledPackage[], told: (done: number) => void, signal: AbortSignal): Promise<void> {
  let done = 0;
  for (const { publications, packument } of packages)
    for (const event of publications) {
      await bundle.version({ event, packument }, signal);
      told(++done);
    }
}

async function takeOver(administered: Administered, bundle: Bundle, packages: readonly BundledPackage[], told: (done: number) => void): Promise<Pick<Imported, 'imported' | 'held' | 'present' | 'refused'>> {
  const outcomes: { readonly name: string; readonly outcome: ImportOutcome }[] = [];
  const refused: RefusedVersion[] = [];
  for (const { name, packument, publications } of packages) {
    for (const event of publications) {
      // Read and verified again: the folder may have changed since.
      const outcome = await outcomeOf(importVersion(administered, await bundle.version({ event, packument }, administered.registry.signal)));
      if (typeof outcome === 'string') outcomes.push({ name: `${name}@${event.version}`, outcome });
      else refused.push({ name, version: event.version, message: outcome.message });
      told(outcomes.length + refused.length);
    }
    await importState(administered, packument);
  }
  const named = (...wanted: readonly ImportOutcome[]): readonly string[] => outcomes.flatMap(({ name, outcome }) => (wanted.includes(outcome) ? [name] : []));
  return { imported: named('imported', 'held'), held: named('held'), present: named('present').length, refused };
}

/** A refusal of one version does not end the import of the others. */
async function outcomeOf(importing: Promise<ImportOutcome>): Promise<ImportOutcome | ByomlError> {
  try {
    return await importing;
  } catch (thrown) {
    if (isByomlError(thrown) && ['ACCESS_DENIED', 'PUBLISH_REFUSED', 'VERSION_EXISTS'].includes(thrown.code)) return thrown;
    throw thrown;
  }
}

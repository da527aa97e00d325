import { createHash } from 'node:crypto';
import { ByomlError } from '@byoml/core';
import { administrator } from '../accounts/account.ts';
import type { PublishEvent } from '../log/event.ts';
import { writeBlob } from '../npm/blobs.ts';
import { signAdvisory, type Advisory } from '../trust/advisories.ts';
import type { SigningKey } from '../trust/keys.ts';
import { writeAdvisories } from './advisories-file.ts';
import type { Administered } from './administered.ts';
import { readSignedEdition } from './signed-edition.ts';
import type { VersionName } from './version-named.ts';

/** What to warn about. */
export interface AdvisoryRequest {
  /** `sha512-…` of a tarball or `sha256:…` of a model file; with `version` in addition to its tarball. */
  readonly digests: readonly string[];
  readonly version?: VersionName | undefined;
  readonly reason: string;
  readonly severity: Advisory['severity'];
  readonly expires: Date;
  /** Name of the advisory; made from the digests when absent. */
  readonly id?: string | undefined;
  /** The targets key of the registry when absent. */
  readonly key?: SigningKey | undefined;
}

/** The name of an advisory about bytes that no version here has: no package can have it. */
const noPackage = '-';

/** Signs an advisory, keeps it and publishes the list that clients read. Throws TRUST_REFUSED for one that no client would heed, PACKAGE_UNKNOWN. */
export async function publishAdvisory(administered: Administered, request: AdvisoryRequest): Promise<Advisory> {
  const { packages: { history }, signal } = administered.registry;
  const { reason, severity, expires } = request;
  await history.refresh(signal);
  const publications = [...history.names()].flatMap((name) => history.of(name).events.filter((event) => event.kind === 'publish'));
  const named = request.version ? [publicationOf(publications, request.version)] : [];
  const digests = [...new Set([...named.map(({ integrity }) => integrity), ...request.digests])];
  if (digests.length === 0) throw new ByomlError('USAGE_INVALID', 'an advisory needs NAME@VERSION or --digest');
  const about = named[0] ?? publications.find(({ integrity }) => digests.includes(integrity));
  const affected = about ? { name: about.name, versions: about.version } : { name: noPackage, versions: '*' };
  const id = request.id ?? `adv-${createHash('sha256').update(digests.join(' ')).digest('hex').slice(0, 12)}`;
  return signedAdvisory(administered, { id, digests, reason, severity, expires: expires.toISOString(), affected }, request.key);
}

/** Signs an advisory under its id, which replaces what was signed under it before. Throws TRUST_REFUSED for a key whose word no client takes. */
export async function signedAdvisory({ registry: { storage, packages, signal }, trust, keys }: Omit<Administered, keyof AsyncDisposable>, advisory: Advisory, key: SigningKey = keys.targets): Promise<Advisory> {
  const { signers } = await readSignedEdition(storage, { signal });
  if (!signers.some(({ id }) => id === key.public.id)) throw new ByomlError('TRUST_REFUSED', `advisory ${advisory.id}: key ${key.public.id} is neither a root key nor the targets key of this registry, so no client would heed it`, { details: { id: advisory.id, key: key.public.id } });
  const blob = await writeBlob(storage, new TextEncoder().encode(JSON.stringify(signAdvisory(advisory, key))), signal);
  await packages.decide({ kind: 'advisory', name: advisory.affected.name, by: administrator, id: advisory.id, blob }, { signal });
  await writeAdvisories({ storage, history: packages.history, trust }, signal);
  return advisory;
}

/** The first publication of a version, withdrawn or not. Throws PACKAGE_UNKNOWN. */
function publicationOf(publications: readonly PublishEvent[], { name, version }: VersionName): PublishEvent {
  const found = publications.find((event) => event.name === name && event.version === version);
  if (found) return found;
  throw new ByomlError('PACKAGE_UNKNOWN', `${name}@${version}: the registry has no such version`, { details: { name, version } });
}

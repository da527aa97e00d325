import { ByomlError, isByomlError } from '@byoml/core';
import { z } from 'zod';
import { tarballFile } from '../npm/name.ts';
import { newestOf } from '../npm/package-state.ts';
import { integrityOf } from '../npm/tarball.ts';
import type { AdmitRequest } from '../server/admit.ts';
import { addressOf, askJson, askRegistry, type RegistryAccess } from './ask-registry.ts';
import type { PackedPackage } from './packed-package.ts';

/** What an author can know of a registry before publishing into it. */
export interface PublishedBefore {
  /** The account that publishes; undefined when nobody knows. */
  readonly account: string | undefined;
  /** The newest version before this one; null for none, or when nobody knows. */
  readonly previous: AdmitRequest['previous'];
  /** Name → its owners. */
  readonly taken: AdmitRequest['taken'];
  /** What the checks could not look at, a sentence each. */
  readonly notCompared: readonly string[];
}

/** Nothing is known where no registry is asked. */
export const unasked: PublishedBefore = { account: undefined, previous: null, taken: new Map(), notCompared: ['No registry was asked: neither the version before this one nor the names of others were looked at.'] };

const packument = z.object({ versions: z.record(z.string(), z.object({ dist: z.object({ integrity: z.string() }) })), maintainers: z.array(z.object({ name: z.string() })).default([]) });
type Packument = z.infer<typeof packument>;
const page = z.object({ total: z.number(), objects: z.array(z.object({ package: z.object({ name: z.string(), maintainers: z.array(z.object({ username: z.string() })).default([]) }) })) });
const pageSize = 250;
const mostNames = 100_000;
const largestTarball = 64 << 20;
const hides = (name: string, versions: readonly string[]): string => `Not compared with ${name}@${versions.join(', ')}, which the registry still hides.`;

/** Asks a registry for the predecessor of a version and the names that are taken. What it does not show is told in `notCompared`. Throws VERSION_EXISTS, and REGISTRY_FAILED when it cannot be reached. */
export async function publishedBefore(access: RegistryAccess, { name, version }: Pick<PackedPackage, 'name' | 'version'>, signal: AbortSignal): Promise<PublishedBefore> {
  const notCompared: string[] = [];
  const account = await whoami(access, notCompared, signal);
  const known = await packumentOf(access, name, notCompared, signal);
  if (known && Object.hasOwn(known.versions, version)) throw new ByomlError('VERSION_EXISTS', `${name}@${version} was published before`, { details: { name, version } });
  const taken = await namesTaken(access, signal);
  if (known && !taken.has(name)) taken.set(name, known.maintainers.map((owner) => owner.name));
  const newest = known && newestOf(Object.keys(known.versions));
  const tarball = newest === undefined ? undefined : await visibleTarball(access, { name, version: newest, integrity: known?.versions[newest]?.dist.integrity }, notCompared, signal);
  return { account, previous: newest !== undefined && tarball ? { version: newest, tarball: async () => tarball } : null, taken, notCompared };
}

/** The account of the token. Throws AUTHENTICATION_REQUIRED without one that holds. */
export async function accountOf(access: RegistryAccess, signal: AbortSignal): Promise<string> {
  if (access.token === undefined) throw new ByomlError('AUTHENTICATION_REQUIRED', `there is no token for ${access.registry}`, { details: { registry: access.registry } });
  return (await askJson(access, '-/whoami', { schema: z.object({ username: z.string() }) }, signal)).username;
}

async function whoami(access: RegistryAccess, notCompared: string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    return await accountOf(access, signal);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'AUTHENTICATION_REQUIRED') throw thrown;
    notCompared.push('The registry does not know who you are: names of your own count as names of others.');
    return undefined;
  }
}

/** With hidden versions where the caller owns the package. */
async function packumentOf(access: RegistryAccess, name: string, notCompared: string[], signal: AbortSignal): Promise<Packument | undefined> {
  try {
    return await askJson(access, `${addressOf(name)}?write=true`, { schema: packument }, signal);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'PACKAGE_UNKNOWN') throw thrown;
    const hidden = z.array(z.object({ version: z.string() })).safeParse(thrown.details['hidden']).data ?? [];
    if (hidden.length > 0) notCompared.push(hides(name, hidden.map(({ version }) => version)));
    return undefined;
  }
}

async function namesTaken(access: RegistryAccess, signal: AbortSignal): Promise<Map<string, readonly string[]>> {
  const taken = new Map<string, readonly string[]>();
  for (let from = 0; from <= mostNames; from += pageSize) {
    const { total, objects } = await askJson(access, `-/v1/search?text=&size=${pageSize}&from=${from}`, { schema: page }, signal);
    for (const { package: { name, maintainers } } of objects) taken.set(name, maintainers.map(({ username }) => username));
    if (objects.length === 0 || from + objects.length >= total) break;
  }
  return taken;
}

interface Predecessor {
  readonly name: string;
  readonly version: string;
  readonly integrity: string | undefined;
}

/** Undefined for a version that nobody can fetch yet. */
async function visibleTarball(access: RegistryAccess, predecessor: Predecessor, notCompared: string[], signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await tarballOf(access, predecessor, signal);
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.code !== 'PACKAGE_UNKNOWN') throw thrown;
    notCompared.push(hides(predecessor.name, [predecessor.version]));
    return undefined;
  }
}

async function tarballOf(access: RegistryAccess, { name, version, integrity }: Predecessor, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = await askRegistry(access, `${addressOf(name)}/-/${tarballFile(name, version)}`, { limit: largestTarball }, signal);
  if (integrityOf(bytes) !== integrity) throw new ByomlError('TRUST_REFUSED', `${name}@${version}: its tarball is not the one that the registry describes`, { details: { name, version } });
  return bytes;
}

import { isDeepStrictEqual } from 'node:util';
import { resolve } from 'node:path';
import { ByomlError } from '@byoml/core';
import { refusal } from '../trust/refusal.ts';
import { addedCapabilities } from './capabilities.ts';
import { changePlugins, consentRecord } from './change-plugins.ts';
import { findOffer } from './find-offer.ts';
import { changing } from './finish-change.ts';
import { placedVersions, type Placed } from './install-location.ts';
import type { Offer } from './offer.ts';
import { scopesWith } from './offer-scopes.ts';
import type { PluginsLock } from './plugins-lock.ts';
import { readPluginsLock } from './plugins-lock-file.ts';
import { refuseForbidden } from './refuse-consent.ts';
import { isSameRegistry } from './registry-address.ts';
import { scopeMap, type ScopeMap } from './scope-map.ts';
import { placesOf, type WorkspacePlaces } from './workspace-places.ts';

export interface RestoreRequest {
  readonly workspace: string;
  /** Bytes of a `root.json` that came another way, for every registry of the lock; undefined: those pinned before, or, the first time, each registry's own. */
  readonly trustedRoot?: Uint8Array | undefined;
  readonly now: Date;
}

/**
 * Makes the private project what `plugins.lock` says, as after a clone: every current and kept version from its registry, in one change. The lock stays as it is, so nobody is asked: what may
 * be installed, and at which level, was agreed to when it was written. A version that was withdrawn from new installations is none here. Earlier versions do not come back; a rollback needs
 * them to be installed again. Answers the versions, the current ones before those kept of each plugin.
 * Throws FILE_MISSING without a lock, TRUST_REFUSED for anything that differs from it, PACKAGE_UNKNOWN for what the registry no longer has, POLICY_REFUSED, PLUGIN_WITHDRAWN for an advisory,
 * REGISTRY_FAILED, NPM_FAILED, WRITE_FAILED; then nothing has changed.
 */
export async function restorePlugins(request: RestoreRequest, signal: AbortSignal): Promise<readonly Placed[]> {
  const places = placesOf(request.workspace);
  const lock = lockIn(places);
  const placed = [...placedVersions(lock.plugins).values()];
  const offers: Offer[] = [];
  for (const each of placed) offers.push(await lockedOffer(each, request, signal));
  return await changing(places, async () => {
    if (!isDeepStrictEqual(lockIn(places), lock)) throw refusal(places.lockFile, 'it was changed meanwhile; try again');
    const scopes = await scopesOf(offers, { places, before: lock, workspace: resolve(request.workspace) }, signal);
    const tarballs = new Map(offers.map(({ integrity, tarball }) => [integrity, tarball]));
    const consents = placed.map(({ name, locked }) => consentRecord('restore', name, locked, request.now));
    // Whatever lies there is made anew, as if there had been nothing.
    await changePlugins({ places, before: undefined, plugins: lock.plugins, scopes, tarballs, consents, restored: lock }, signal);
    return placed;
  }, signal);
}

function lockIn({ lockFile }: WorkspacePlaces): PluginsLock {
  const lock = readPluginsLock(lockFile);
  if (!lock) throw new ByomlError('FILE_MISSING', `${lockFile}: there is no such file, so nothing to restore`, { details: { path: lockFile } });
  return lock;
}

async function lockedOffer(placed: Placed, { workspace, trustedRoot, now }: RestoreRequest, signal: AbortSignal): Promise<Offer> {
  const { name, locked: { version, registry } } = placed;
  const offer = await findOffer({ workspace, registry, name, wanted: version, now, ...(trustedRoot && { trustedRoot }) }, signal);
  refuseDifference(offer, placed);
  refuseForbidden({ ...offer, yanked: undefined });
  return offer;
}

/** Throws TRUST_REFUSED with the first thing about an offer that is not what was agreed to. */
function refuseDifference(offer: Offer, { name, locked }: Placed): void {
  const pairs: ReadonlyArray<readonly [string, string, string]> = [
    ['version', offer.version, locked.version],
    ['integrity', offer.integrity, locked.integrity],
    ['manifest', offer.manifestDigest, locked.manifest],
    ['signer key', offer.signer.key ?? 'none', locked.signer.key ?? 'none'],
    ['account', offer.signer.account, locked.signer.account],
    ...(offer.signer.identity !== undefined && locked.signer.identity !== undefined ? [['pipeline', offer.signer.identity, locked.signer.identity] as const] : []),
  ];
  const what = `${name}@${locked.version}`;
  if (!isSameRegistry(offer.registry, locked.registry)) throw refusal(what, `it is from ${offer.registry}, plugins.lock has ${locked.registry}`);
  for (const [fact, found, said] of pairs) if (found !== said) throw refusal(what, `its ${fact} is ${found}, plugins.lock has ${said}`);
  const added = addedCapabilities(offer.capabilities, locked.capabilities);
  if (added.length > 0) throw refusal(what, `it asks for more than plugins.lock says was agreed to: ${added.join(', ')}`);
}

async function scopesOf(offers: readonly Offer[], place: Parameters<typeof scopesWith>[1], signal: AbortSignal): Promise<ScopeMap> {
  let scopes = await scopeMap(place.before, place.places);
  for (const offer of offers) scopes = new Map([...(await scopesWith(offer, place, signal)), ...scopes]); // whoever bound a scope first keeps it
  return scopes;
}

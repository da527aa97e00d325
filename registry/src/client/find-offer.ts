import { resolve } from 'node:path';
import { ByomlError, isByomlError } from '@byoml/core';
import type { Card } from '../npm/card.ts';
import { parseName } from '../npm/name.ts';
import { judge } from '../trust/policy.ts';
import { loadPolicy, type LoadedPolicy } from '../trust/policy-file.ts';
import { advisoriesAbout } from './cached-advisories.ts';
import { addedCapabilities } from './capabilities.ts';
import { fetchTarball } from './fetch-tarball.ts';
import type { Offer, OfferRequest } from './offer.ts';
import { openPlugin } from './open-plugin.ts';
import type { LockedPlugin, PluginsLock } from './plugins-lock.ts';
import { lockedPlugin, readPluginsLock, versionsOf } from './plugins-lock-file.ts';
import { refreshAdvisories } from './registry-advisories.ts';
import { isSameRegistry, registryAddress } from './registry-address.ts';
import { openSession, type RegistrySession } from './registry-session.ts';
import { resolveVersion } from './resolve-version.ts';
import { refuseOtherRegistry, scopeMap } from './scope-map.ts';
import { signedPackument, type SignedPackument } from './signed-packument.ts';
import { signerOf, signersOf } from './signer-of.ts';
import { refusal } from '../trust/refusal.ts';
import { unknownPackage } from './unknown-package.ts';
import { verifiedCard } from './verified-card.ts';
import { placesOf } from './workspace-places.ts';

const attempts = 4;

/**
 * Finds a version and verifies everything about it: the registry's metadata, the package's document and card, tarball, author and provenance. Nothing is installed and nothing runs.
 * What differs because somebody published meanwhile is read again. Throws TRUST_REFUSED, PACKAGE_UNKNOWN (which says when a version appears), PLUGIN_NOT_FOUND for a package that is no plugin,
 * REGISTRY_FAILED, USAGE_INVALID when no registry is named and none is known, SETTINGS_INVALID for a policy that cannot be read.
 */
export async function findOffer(request: OfferRequest, signal: AbortSignal): Promise<Offer> {
  const context = await contextOf(request);
  for (let attempt = 1; ; attempt++) {
    try {
      return await offerNow(request, context, signal);
    } catch (thrown) {
      if (attempt >= attempts || !isOfMovingObject(thrown)) throw thrown;
    }
  }
}

/** Only these objects change when somebody publishes; everything else that does not hold never will. */
const isOfMovingObject = (thrown: unknown): boolean => isByomlError(thrown) && thrown.code === 'TRUST_REFUSED' && /^targets: (?:npm|v1)\/\S+ (?:has (?:the digest|\d+ bytes)|was signed but is not there)/.test(thrown.message);

interface Context {
  readonly workspace: string;
  readonly name: string;
  readonly registry: string;
  readonly installed: LockedPlugin | undefined;
  /** Whether something of this registry is installed already. */
  readonly known: boolean;
  readonly loaded: LoadedPolicy;
}

async function contextOf({ workspace: given, registry: asked, name: text }: OfferRequest): Promise<Context> {
  const name = parseName(text);
  const workspace = resolve(given);
  const places = placesOf(workspace);
  const lock = readPluginsLock(places.lockFile);
  const installed = lockedPlugin(lock, name);
  const registry = registryOf(name, asked, { lock, installed });
  if (installed && !isSameRegistry(installed.registry, registry)) throw refusal(name, `it was installed from ${installed.registry}, not from ${registry}; uninstall it first`);
  refuseOtherRegistry(name, registry, await scopeMap(lock, places));
  const known = Object.values(lock?.plugins ?? {}).some((plugin) => isSameRegistry(plugin.registry, registry));
  return { workspace, name, registry, installed, known, loaded: await loadPolicy({ workspace, named: process.env['BYOML_POLICY'] }) };
}

function registryOf(name: string, asked: string | undefined, { lock, installed }: { readonly lock: PluginsLock | undefined; readonly installed: LockedPlugin | undefined }): string {
  const known = new Set(Object.values(lock?.plugins ?? {}).map(({ registry }) => registry));
  if (asked !== undefined) {
    const { text } = registryAddress(asked);
    return [...known].find((each) => isSameRegistry(each, text)) ?? text; // a workspace calls a registry by one of its addresses
  }
  if (installed) return installed.registry;
  const [only] = known;
  if (known.size === 1 && only !== undefined) return only;
  throw new ByomlError('USAGE_INVALID', `${name}: say which registry it is in, with --registry`, { details: { plugin: name, known: [...known] } });
}

async function offerNow(request: OfferRequest, context: Context, signal: AbortSignal): Promise<Offer> {
  const { name, registry, workspace } = context;
  await using session = await openSession({ workspace, registry, trustedRoot: request.trustedRoot }, signal);
  const packument = await signedPackument(session, name);
  if (!packument) throw await unknownPackage({ address: registry, name, version: request.wanted }, signal);
  const version = resolveVersion(packument, request.wanted);
  if (version === undefined) throw await unknownPackage({ address: registry, name, version: request.wanted }, signal);
  return await verifiedOffer({ request, context, session, packument, version }, signal);
}

interface Found {
  readonly request: OfferRequest;
  readonly context: Context;
  readonly session: RegistrySession;
  readonly packument: SignedPackument;
  readonly version: string;
}

async function verifiedOffer({ request: { now, trustedRoot }, context: { name, registry, installed, known, loaded }, session, packument, version }: Found, signal: AbortSignal): Promise<Offer> {
  const card = await verifiedCard(session, packument, version);
  refuseOtherBytes(card, installed);
  const tarball = await fetchTarball(session, card, signal);
  const { manifest, manifestDigest, dependencies } = await openPlugin(tarball, card, signal);
  if (card.manifest !== manifestDigest) throw refusal(`${name}@${version}`, 'its manifest is not the one on its card');
  const vouched = await signerOf({ card, manifestDigest, loaded, installed });
  const published = new Date(card.published);
  const advisories = await refreshAdvisories(session, { roots: loaded.policy.roots, now });
  const { capabilities } = manifest;
  const facts = { plugin: `${name}@${version}`, signers: signersOf(vouched), provenance: vouched.provenance, reproduced: false, hosts: capabilities.hosts ?? [], published };
  return {
    name, version, registry, integrity: card.integrity, tarball, manifest, manifestDigest, published,
    signer: vouched.signer, ownerKey: vouched.ownerKey,
    root: { keys: session.rootKeys, first: trustedRoot === undefined && !known },
    capabilities, added: addedCapabilities(capabilities, installed?.capabilities), dependencies,
    yanked: packument.versions[version]?.yanked,
    advisories: advisoriesAbout(advisories, card.integrity, now),
    judgement: judge(loaded.policy, facts, now),
    installed,
  };
}

/** A version never changes: whoever signs other bytes under a version that this workspace has met is refused, even the registry. */
function refuseOtherBytes({ name, version, integrity }: Card, installed: LockedPlugin | undefined): void {
  const known = installed && versionsOf(installed).find((each) => each.version === version);
  if (known && known.integrity !== integrity) throw refusal(`${name}@${version}`, `the registry now has the bytes ${integrity}, plugins.lock has ${known.integrity}`);
}

import { resolve } from 'node:path';
import { refusal } from '../trust/refusal.ts';
import { changePlugins, consentRecord } from './change-plugins.ts';
import { changing } from './finish-change.ts';
import type { Offer } from './offer.ts';
import type { Level, LockedPlugin, LockedVersion } from './plugins-lock.ts';
import { lockedPlugin, readPluginsLock } from './plugins-lock-file.ts';
import { refuseForbidden, refuseMissingConsent, type Consent } from './refuse-consent.ts';
import { scopesWith } from './offer-scopes.ts';
import { placesOf } from './workspace-places.ts';

/** How to install an offer. */
export interface InstallSettings extends Consent {
  readonly workspace: string;
  readonly level: Level;
  /** Whether the present version stays beside the new one. */
  readonly keep: boolean;
  readonly now: Date;
}

const mostEarlier = 20;

/**
 * Installs what `findOffer` verified into the workspace's private npm project; no script of any package runs. Answers what the lock now says.
 * Throws CONSENT_MISSING for an update that asks for more or has another key, POLICY_REFUSED, PLUGIN_WITHDRAWN, TRUST_REFUSED, NPM_FAILED, WRITE_FAILED; then nothing has changed.
 */
export async function installOffer(offer: Offer, settings: InstallSettings, signal: AbortSignal): Promise<LockedPlugin> {
  refuseForbidden(offer);
  const places = placesOf(settings.workspace);
  return await changing(places, async () => {
    const before = readPluginsLock(places.lockFile);
    const installed = lockedPlugin(before, offer.name);
    if (installed?.integrity !== offer.installed?.integrity || installed?.signer.key !== offer.installed?.signer.key) throw refusal(offer.name, 'it was changed in this workspace since the offer was made; try again');
    refuseMissingConsent(offer, settings);
    const scopes = await scopesWith(offer, { places, before, workspace: resolve(settings.workspace) }, signal);
    const version = lockedVersion(offer, settings);
    const plugin: LockedPlugin = { ...version, ...othersOf(installed, version, settings.keep) };
    const consent = consentRecord(installed ? 'update' : 'install', offer.name, version, settings.now);
    const lock = await changePlugins({ places, before, plugins: { ...before?.plugins, [offer.name]: plugin }, scopes, tarballs: new Map([[offer.integrity, offer.tarball]]), consents: [consent] }, signal);
    return lock.plugins[offer.name] as LockedPlugin;
  }, signal);
}

/** The digest of the contents is known only when they are there. */
const lockedVersion = ({ version, registry, integrity, manifestDigest, signer, capabilities }: Offer, { level, now }: InstallSettings): LockedVersion => ({
  version, registry, integrity, contents: '0'.repeat(64), manifest: manifestDigest, signer, capabilities, level, installed: now.toISOString(),
});

/** What stays of the version that was current: beside the new one when it is to be kept, and in any case as what a rollback goes back to. */
function othersOf(installed: LockedPlugin | undefined, { version }: LockedVersion, keep: boolean): Pick<LockedPlugin, 'kept' | 'earlier'> {
  if (!installed) return { kept: [], earlier: [] };
  const { kept, earlier, ...current } = installed;
  const others = kept.filter((each) => each.version !== version && each.version !== current.version);
  const before = current.version === version ? earlier : [current, ...earlier.filter((each) => each.version !== version && each.version !== current.version)];
  return { kept: keep && current.version !== version ? [current, ...others].slice(0, mostEarlier) : others, earlier: before.slice(0, mostEarlier) };
}

import { ByomlError } from '@byoml/core';
import type { Offer } from './offer.ts';

/** What somebody has agreed to. */
export interface Consent {
  /** Texts of `Offer.added`. */
  readonly grants: readonly string[];
  /** Public key, in hexadecimal or by its id, that is accepted in the place of the pinned one; `none`: an update that nobody signed. */
  readonly acceptKey?: string | undefined;
}

/** Throws CONSENT_MISSING when an update asks for more than was agreed to, or is signed with another key, or no longer signed. */
export function refuseMissingConsent(offer: Offer, { grants, acceptKey }: Consent): void {
  const { name, version, installed, added, signer, ownerKey } = offer;
  if (!installed) return;
  const missing = added.filter((text) => !grants.includes(text));
  if (missing.length > 0) throw new ByomlError('CONSENT_MISSING', `${name}@${version} asks for more than ${installed.version} was granted: ${missing.join(', ')}`, { details: { plugin: name, version, missing } });
  if (ownerKey?.kind === 'new key' && acceptKey !== ownerKey.key.hex && acceptKey !== ownerKey.key.id)
    throw new ByomlError('CONSENT_MISSING', `${name}@${version} is signed with another key than ${installed.version}: ${ownerKey.key.hex}${ownerKey.endorsed ? ', which the old key has endorsed' : ''}`, { details: { plugin: name, version, key: ownerKey.key.hex, pinned: ownerKey.pinned.map(({ hex }) => hex), endorsed: ownerKey.endorsed } });
  if (installed.signer.key !== null && signer.key === null && acceptKey !== 'none')
    throw new ByomlError('CONSENT_MISSING', `${name}@${version} is not signed by its author, ${installed.version} was`, { details: { plugin: name, version, key: null, pinned: [installed.signer.key] } });
}

/** Throws POLICY_REFUSED and PLUGIN_WITHDRAWN for a version that nobody here may install. */
export function refuseForbidden({ name, version, judgement, yanked, advisories: [advisory] }: Offer): void {
  if (!judgement.allowed) throw new ByomlError('POLICY_REFUSED', judgement.reasons.map(({ message }) => message).join('; '), { details: { plugin: name, version, reasons: judgement.reasons } });
  if (advisory) throw new ByomlError('PLUGIN_WITHDRAWN', `${name}@${version}: ${advisory.id}: ${advisory.reason}`, { details: { plugin: name, version, advisory: advisory.id, severity: advisory.severity, expires: advisory.expires } });
  if (yanked !== undefined) throw new ByomlError('PLUGIN_WITHDRAWN', `${name}@${version} was withdrawn from new installations: ${yanked}`, { details: { plugin: name, version, reason: yanked } });
}

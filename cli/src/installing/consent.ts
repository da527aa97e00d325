import { ByomlError } from '@byoml/core';
import { printable } from '../render/plugin-printable.ts';
import type { Offer } from './marketplace.ts';

/** What somebody said beforehand, and how they can be asked. */
export interface Consenting {
  readonly yes: boolean;
  readonly grants: readonly string[];
  readonly acceptKey: string | undefined;
  /** Asks on the terminal; undefined where there is none. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
}

export interface Consent {
  readonly grants: readonly string[];
  readonly acceptKey?: string;
}

/** `hosts:a` and `hosts: a` are the same. */
const spaced = (grant: string): string => grant.trim().replace(/^([a-zA-Z]+):\s*/u, '$1: ');

/** Throws PLUGIN_WITHDRAWN or POLICY_REFUSED for what nobody can agree to. */
export function refuseBlocked({ name, version, yanked, advisories, judgement }: Offer): void {
  const plugin = `${name} ${version}`;
  const details = { plugin: name, version };
  if (yanked !== undefined) throw new ByomlError('PLUGIN_WITHDRAWN', printable(`${plugin} was withdrawn from new installations: ${yanked}`), { details });
  if (advisories.length > 0) throw new ByomlError('PLUGIN_WITHDRAWN', printable(`${plugin}: ${advisories.map(({ id, severity, reason }) => `${severity} advisory ${id}: ${reason}`).join('; ')}`), { details: { ...details, advisories: advisories.map(({ id }) => id) } });
  if (!judgement.allowed) throw new ByomlError('POLICY_REFUSED', printable(judgement.reasons.map(({ message }) => message).join('; ')), { details: { ...details, rules: judgement.reasons.map(({ rule }) => rule) } });
}

/** What stands in the place of the key that signed what is installed. */
interface ChangeOfKey {
  /** What `--accept-key` may say. */
  readonly accepted: readonly string[];
  readonly says: string;
  readonly question: string;
}

/** Undefined where nothing changed. */
function changeOfKey({ ownerKey, signer, installed }: Offer): ChangeOfKey | undefined {
  if (ownerKey?.kind === 'new key') {
    const { hex, id } = ownerKey.key;
    return { accepted: [hex, id], says: `is signed with another key than what is installed: ${hex}`, question: 'The key of the author has CHANGED. Accept the new one?' };
  }
  const lost = Boolean(installed?.signer.key) && signer.key === null;
  return lost ? { accepted: ['none'], says: 'is not signed by its author, as what is installed was', question: 'The author has NOT SIGNED this version, as they did before. Accept that?' } : undefined;
}

/** Throws CONSENT_MISSING for a version that its author signed otherwise than the installed one, unless that key was accepted. */
export function refuseOtherKey(offer: Offer, acceptKey: string | undefined): void {
  const change = changeOfKey(offer);
  if (change && !change.accepted.some((one) => one === acceptKey)) throw missing(offer, unaccepted(offer, change));
}

const unaccepted = ({ name, version }: Offer, { says, accepted }: ChangeOfKey): string => `${printable(`${name} ${version}`)} ${says}; accept that with --accept-key ${accepted[0]}`;

/**
 * What is agreed to. `--yes` covers a new plugin whole, but of an update only what it had before: what it adds needs its own `--grant`, and
 * another key `--accept-key`. On a terminal the screen shows both, and each is asked for. Throws CONSENT_MISSING; nothing was changed.
 */
export async function consentTo(offer: Offer, given: Consenting): Promise<Consent> {
  const plugin = printable(`${offer.name} ${offer.version}`);
  const change = changeOfKey(offer);
  const accepted = change?.accepted.find((one) => one === given.acceptKey);
  if (given.ask && !given.yes) await askFor(offer, given.ask, accepted === undefined ? change?.question : undefined);
  else if (!given.yes) throw missing(offer, `nobody has agreed to install ${plugin}, and there is no terminal to ask on`);
  else {
    if (change && accepted === undefined) throw missing(offer, unaccepted(offer, change));
    const granted = new Set(given.grants.map(spaced));
    const lacking = offer.installed ? offer.added.filter((one) => !granted.has(spaced(one))) : [];
    if (lacking.length > 0) throw missing(offer, printable(`${plugin} asks for more than what is installed: ${lacking.join('; ')}; agree with ${lacking.map((one) => `--grant "${one}"`).join(' ')}`));
  }
  return { grants: offer.added, ...(change && { acceptKey: change.accepted[0] as string }) };
}

async function askFor(offer: Offer, ask: NonNullable<Consenting['ask']>, aboutKey: string | undefined): Promise<void> {
  const plugin = printable(`${offer.name} ${offer.version}`);
  if (aboutKey !== undefined && !(await ask(aboutKey))) throw missing(offer, `the signature of ${plugin} was not accepted`);
  const adds = offer.installed && offer.added.length > 0 ? `, which adds ${printable(offer.added).join('; ')}` : '';
  if (!(await ask(`Install ${plugin}${adds}?`))) throw missing(offer, `${plugin} was not agreed to`);
}

const missing = ({ name, version, added, ownerKey }: Offer, says: string): ByomlError =>
  new ByomlError('CONSENT_MISSING', `${says}. Nothing was changed`, { details: printable({ plugin: name, version, added, key: ownerKey?.key.hex ?? null }) });

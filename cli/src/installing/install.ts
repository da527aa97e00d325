import { offerText } from '../render/offer.ts';
import { printable } from '../render/plugin-printable.ts';
import { consentTo, refuseBlocked, type Consenting } from './consent.ts';
import type { LockedPlugin, Marketplace, OfferRequest } from './marketplace.ts';
import { isPinned, usedBy, workspaceIn } from './used-by.ts';

/** What `plugins install --json` prints. */
export interface InstalledDocument {
  readonly name: string;
  readonly version: string;
  readonly signer: LockedPlugin['signer'];
  readonly capabilities: LockedPlugin['capabilities'];
  readonly level: LockedPlugin['level'];
  /** Of the tarball: `sha512-` and base64. */
  readonly digest: string;
}

export const installedDocument = (name: string, { version, signer, capabilities, level, integrity }: LockedPlugin): InstalledDocument => printable({ name, version, signer, capabilities, level, digest: integrity });

interface Installing {
  readonly request: OfferRequest;
  readonly level: LockedPlugin['level'];
  readonly consenting: Consenting;
  /** Shows what is offered before anybody is asked. */
  readonly show: (text: string) => void;
  readonly step: (name: string) => void;
}

/** Finds, shows, asks and installs. Until somebody has agreed nothing is changed. Throws what the client throws and CONSENT_MISSING. */
export async function install(client: Pick<Marketplace, 'findOffer' | 'installOffer'>, { request, level, consenting, show, step }: Installing, signal: AbortSignal): Promise<InstalledDocument> {
  step('looking');
  const offer = await client.findOffer(request, signal);
  show(offerText(offer, { level, now: request.now }));
  refuseBlocked(offer);
  const { grants, acceptKey } = await consentTo(offer, consenting);
  step('installing');
  // A detection that asks for the present version in its file keeps it.
  const keep = offer.installed !== undefined && (await usedBy(await workspaceIn(request.workspace), offer.name)).some((use) => isPinned(use, { from: offer.installed?.version ?? '', to: offer.version }));
  const locked = await client.installOffer(offer, { workspace: request.workspace, level, grants, keep, now: request.now, ...(acceptKey !== undefined && { acceptKey }) }, signal);
  return installedDocument(offer.name, locked);
}

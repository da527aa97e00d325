import { ByomlError } from '@byoml/core';
import { openCatalogue, satisfiesRange, type FoundPlugin } from '@byoml/core/plugins';
import type { Workspace } from '@byoml/core/workspace';
import { readLocked } from '../locked-plugins.ts';
import { installedRoot } from '../plugin-roots.ts';
import { offerText } from '../render/offer.ts';
import { planText } from '../render/plan.ts';
import type { AlertDifference, NotCompared } from './alert-difference.ts';
import { consentTo, refuseBlocked, type Consent, type Consenting } from './consent.ts';
import type { Wanted } from './flags.ts';
import { installedDocument, type InstalledDocument } from './install.ts';
import type { LockedPlugin, Marketplace, Offer, OfferRequest } from './marketplace.ts';
import { pinDetection } from './pin.ts';
import { planUpgrade, type PluginPlan } from './upgrade-plan.ts';
import { refuseStrangers, usedBy, workspaceIn, type Use } from './used-by.ts';

/** What `plugins upgrade --json` prints. */
export interface UpgradeDocument {
  /** One for each plugin that has a newer version. */
  readonly plans: readonly PluginPlan[];
  /** What was installed; empty with --plan. */
  readonly upgraded: readonly InstalledDocument[];
}

export interface Upgrading {
  /** Undefined: everything that is installed. */
  readonly wanted: Wanted | undefined;
  readonly request: Omit<OfferRequest, 'name' | 'wanted'>;
  readonly planOnly: boolean;
  /** Names of detections that stay on the present version. */
  readonly stay: readonly string[];
  readonly level: LockedPlugin['level'];
  readonly consenting: Consenting;
  readonly alerts: (workspace: Workspace, detection: string, offer: Offer) => Promise<AlertDifference | NotCompared>;
  readonly show: (text: string) => void;
  readonly step: (name: string) => void;
}

interface Planned {
  readonly offer: Offer;
  readonly plan: PluginPlan;
}

/** Plans, asks for everything, and only then upgrades. Throws PLUGIN_NOT_FOUND for what is not installed, DETECTION_UNKNOWN, CONSENT_MISSING and what the client throws. */
export async function upgrade(client: Pick<Marketplace, 'findOffer' | 'installOffer'>, upgrading: Upgrading, signal: AbortSignal): Promise<UpgradeDocument> {
  const planned = await planAll(client, upgrading, signal);
  const plans = planned.map(({ plan }) => plan);
  upgrading.show(plans.length === 0 ? 'everything is up to date' : plans.map(planText).join('\n\n'));
  if (upgrading.planOnly || plans.length === 0) return { plans, upgraded: [] };
  const agreed: Consent[] = [];
  for (const { offer } of planned) {
    upgrading.show(offerText(offer, { level: upgrading.level, now: upgrading.request.now }));
    refuseBlocked(offer);
    agreed.push(await consentTo(offer, upgrading.consenting));
  }
  const upgraded: InstalledDocument[] = [];
  for (const [i, one] of planned.entries()) upgraded.push(await apply(client, one, agreed[i] as Consent, upgrading, signal));
  return { plans, upgraded };
}

async function planAll(client: Pick<Marketplace, 'findOffer'>, { wanted, request, stay, alerts, step }: Upgrading, signal: AbortSignal): Promise<Planned[]> {
  step('looking');
  const offers = await newerOffers(client, wanted, request, signal);
  const workspace = await workspaceIn(request.workspace);
  const present = await presentVersions(request.workspace);
  const uses = new Map<Offer, readonly Use[]>();
  for (const offer of offers) uses.set(offer, await usedBy(workspace, offer.name));
  refuseStrangers(stay, [...uses.values()].flat());
  const planned: Planned[] = [];
  for (const [offer, using] of uses) {
    const compare = (detection: string): Promise<AlertDifference | NotCompared> => alerts(workspace as Workspace, detection, offer);
    planned.push({ offer, plan: await planUpgrade(offer, { present: present.get(offer.name), uses: using, stay, alerts: compare }) });
  }
  return planned;
}

async function newerOffers(client: Pick<Marketplace, 'findOffer'>, wanted: Wanted | undefined, request: Upgrading['request'], signal: AbortSignal): Promise<Offer[]> {
  const locked = await readLocked(request.workspace);
  if (wanted && !Object.hasOwn(locked, wanted.name)) throw new ByomlError('PLUGIN_NOT_FOUND', `${wanted.name} is not installed in ${request.workspace}; there is ${Object.keys(locked).join(', ') || 'nothing'}`, { details: { plugin: wanted.name, installed: Object.keys(locked) } });
  const offers: Offer[] = [];
  for (const one of wanted ? [wanted] : Object.keys(locked).map((name): Wanted => ({ name }))) {
    const offer = await client.findOffer({ ...request, ...one }, signal);
    const now = locked[one.name]?.version ?? '';
    if (one.wanted === undefined ? satisfiesRange(offer.version, `>${now}`) : offer.version !== now) offers.push(offer);
  }
  return offers;
}

/** The manifests of what is installed; a plugin that is broken must not keep its own upgrade away. */
async function presentVersions(workspace: string): Promise<ReadonlyMap<string, FoundPlugin>> {
  const catalogue = await openCatalogue({ roots: [installedRoot(workspace)], folders: [] }).catch(() => undefined);
  return new Map((catalogue?.plugins ?? []).map((found) => [found.name, found]));
}

/** Detections that stay are pinned first, to the version that is current until the last step: should the installation fail, they run as before. */
async function apply(client: Pick<Marketplace, 'installOffer'>, { offer, plan }: Planned, { grants, acceptKey }: Consent, { request: { workspace, now }, level, stay, step }: Upgrading, signal: AbortSignal): Promise<InstalledDocument> {
  step('installing');
  const staying = plan.detections.filter(({ happens }) => happens === 'stays');
  const undo: Array<() => Promise<void>> = [];
  try {
    for (const { detection } of staying.filter((one) => stay.includes(one.detection))) undo.push(await pinDetection(workspace, { detection, plugin: offer.name, version: plan.from }));
    return installedDocument(offer.name, await client.installOffer(offer, { workspace, level, grants, keep: staying.length > 0, now, ...(acceptKey !== undefined && { acceptKey }) }, signal));
  } catch (thrown) {
    for (const back of undo) await back();
    throw thrown;
  }
}

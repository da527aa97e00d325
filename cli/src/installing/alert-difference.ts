import { join } from 'node:path';
import { isByomlError, type Clock } from '@byoml/core';
import { planDetection, progress, type Workspace } from '@byoml/core/workspace';
import type { Opening } from '../command.ts';
import { recordConsent } from '../consents.ts';
import { clockOf, isoDay } from '../detecting.ts';
import { openSession } from '../session.ts';
import { refuseBlocked, refuseOtherKey } from './consent.ts';
import type { Marketplace, Offer } from './marketplace.ts';

/** An alert that a version of a plugin would have raised. */
interface PlannedAlert {
  /** UTC day, as `2026-11-24`. */
  readonly day: string;
  readonly user: string;
  readonly resource: string;
  /** One in how many rows like it is as odd. */
  readonly oneIn: number;
}

/** Some alerts: how many, and the oddest of them. */
interface AlertGroup {
  readonly count: number;
  readonly top: readonly PlannedAlert[];
}

/** What a detection would have alerted on past days with the present and with the new version. */
export interface AlertDifference {
  readonly days: number;
  readonly before: number;
  readonly after: number;
  /** Only with the new version. */
  readonly gained: AlertGroup;
  /** Only with the present version. */
  readonly lost: AlertGroup;
  /** With both, as the new version has them. */
  readonly same: AlertGroup;
}

/** Why the alerts were not compared. */
export interface NotCompared {
  readonly because: string;
}

const days = 14;
const dayMs = 86_400_000;
const shown = 5;

type Ledger = Parameters<typeof progress>[0]['ledger'];
type Alert = Parameters<Ledger['commit']>[0]['alerts'][number];
export type Alerts = ReadonlyArray<Pick<Alert, 'recordId' | 'day' | 'user' | 'resource' | 'pValue' | 'surprise'>>;

interface Comparing {
  readonly client: Pick<Marketplace, 'stageOffer'>;
  readonly workspace: Workspace;
  readonly detection: string;
  readonly offer: Offer;
  /** The new key of the author that was accepted. */
  readonly acceptKey: string | undefined;
  readonly opening: Opening;
  readonly now: string | undefined;
}

/**
 * Runs a detection over past days with both versions, each trained anew, and stores nothing of it. Somebody must have allowed for this command that both run, and the
 * new one must be one that could be installed; that it ran is recorded. Else, and where it does not work, the answer says why not.
 */
export async function alertDifference({ client, workspace, detection, offer, acceptKey, opening, now }: Comparing): Promise<AlertDifference | NotCompared> {
  if (opening.allowLevel !== 'L0') return { because: 'comparing the alerts runs both versions: only in a sandbox, which this version of byoml does not have yet, or with --allow-level L0' };
  try {
    refuseBlocked(offer);
    refuseOtherKey(offer, acceptKey);
    const asking = { workspace, detection, opening, clock: clockOf(now) };
    const before = await alertsOf(asking);
    await using staged = await client.stageOffer(offer, workspace.folder, opening.signal);
    await recordRun(workspace, offer);
    const root = join(staged.folder, '..', ...offer.name.split('/').map(() => '..')); // it lies in the node_modules of a folder of its own
    return difference(before, await alertsOf({ ...asking, first: root, warning: `plugin ${offer.name} ${offer.version}, which is not installed, runs without a sandbox to compare its alerts: it can do whatever you can. Agreed to with --allow-level L0, recorded in .byoml/consents.jsonl` }));
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.exit === 130) throw thrown;
    return { because: `that does not work: ${thrown.message}` };
  }
}

function recordRun({ folder }: Workspace, { name, version, integrity, capabilities, signer }: Offer): Promise<void> {
  const what = { integrity, capabilities, signer };
  return recordConsent(folder, { when: new Date().toISOString(), action: 'run', plugin: name, version, level: 'L0', ...what });
}

interface Asking extends Pick<Comparing, 'workspace' | 'detection' | 'opening'> {
  readonly clock: Clock;
  /** A root whose plugins count before those of the workspace. */
  readonly first?: string;
  readonly warning?: string;
}

async function alertsOf({ workspace, detection, opening, clock, first, warning }: Asking): Promise<Alerts> {
  await using session = await openSession({ ...opening, workspace: workspace.folder, ...(first !== undefined && { first }) });
  if (warning !== undefined) session.options.log.warn(warning);
  const plan = await planDetection(session, workspace, detection);
  const to = Math.floor((clock.now().getTime() - plan.detection.score.lag) / dayMs);
  const alerts: Alert[] = [];
  await progress({ session, plan, role: 'production', ledger: alertsOnly(alerts), clock, memory: null, days: { from: to - days, to }, partial: null, run: session.run });
  return alerts;
}

/** Keeps the alerts of each run and nothing else. */
function alertsOnly(alerts: Alert[]): Ledger {
  let [version, generation, number] = [0, 0, 0];
  return {
    nextVersion: () => ++version,
    nextGeneration: () => ++generation,
    keepModel: (saved) => Promise.resolve(`not kept: ${saved.version}`),
    runByKey: () => null,
    queuedOn: () => new Map(),
    alertedOn: () => new Set(),
    recentAlerts: () => ({ alerts: 0, suppressed: [] }),
    commit: (outcome) => {
      alerts.push(...outcome.alerts);
      return { ...outcome.run, number: ++number };
    },
  };
}

const shownAlert = ({ day, user, resource, pValue }: Alerts[number]): PlannedAlert => ({ day: isoDay(day), user, resource, oneIn: 1 / pValue });

function group(alerts: Alerts): AlertGroup {
  const oddest = alerts.toSorted((a, b) => a.pValue - b.pValue || b.surprise - a.surprise || (a.recordId < b.recordId ? -1 : 1));
  return { count: alerts.length, top: oddest.slice(0, shown).map(shownAlert) };
}

/** Compares the alerts of the same days. */
export function difference(before: Alerts, after: Alerts): AlertDifference {
  const [was, is] = [new Set(before.map(({ recordId }) => recordId)), new Set(after.map(({ recordId }) => recordId))];
  return {
    days, before: before.length, after: after.length,
    gained: group(after.filter(({ recordId }) => !was.has(recordId))),
    lost: group(before.filter(({ recordId }) => !is.has(recordId))),
    same: group(after.filter(({ recordId }) => was.has(recordId))),
  };
}

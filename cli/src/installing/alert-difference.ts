import { join } from 'node:path';
import { isByomlError } from '@byoml/core';
import { planDetection, preview, type Preview, type Workspace } from '@byoml/core/workspace';
import type { Opening } from '../command.ts';
import { clockOf } from '../detecting.ts';
import { openSession } from '../session.ts';
import type { Marketplace, Offer } from './marketplace.ts';

/** What a detection would have queued on past days with the present and with the new version. */
export interface AlertDifference {
  readonly days: number;
  readonly before: number;
  readonly after: number;
  /** Of the oddest incidents of each: those that only one has, as `day entity`. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** Why the alerts were not compared. */
export interface NotCompared {
  readonly because: string;
}

const days = 14;
const dayMs = 86_400_000;

interface Comparing {
  readonly client: Pick<Marketplace, 'stageOffer'>;
  readonly workspace: Workspace;
  readonly detection: string;
  readonly offer: Offer;
  readonly opening: Opening;
  readonly now: string | undefined;
}

/** Previews a detection with both versions. Both run, so somebody must have allowed that for this command; else, and where it does not work, the answer says why not. */
export async function alertDifference({ client, workspace, detection, offer, opening, now }: Comparing): Promise<AlertDifference | NotCompared> {
  if (opening.allowLevel !== 'L0') return { because: 'comparing the alerts runs both versions: only in a sandbox, which this version of byoml does not have yet, or with --allow-level L0' };
  try {
    const before = await previewed({ workspace, detection, opening, now });
    await using staged = await client.stageOffer(offer, workspace.folder, opening.signal);
    const root = join(staged.folder, '..', ...offer.name.split('/').map(() => '..')); // it lies in the node_modules of a folder of its own
    return difference(before, await previewed({ workspace, detection, opening, now, first: root }));
  } catch (thrown) {
    if (!isByomlError(thrown) || thrown.exit === 130) throw thrown;
    return { because: `the preview does not work: ${thrown.message}` };
  }
}

async function previewed({ workspace, detection, opening, now, first }: Omit<Comparing, 'offer' | 'client'> & { readonly first?: string }): Promise<Preview> {
  await using session = await openSession({ ...opening, workspace: workspace.folder, ...(first !== undefined && { first }) });
  const plan = await planDetection(session, workspace, detection);
  const clock = clockOf(now);
  const to = Math.floor((clock.now().getTime() - plan.detection.score.lag) / dayMs);
  return await preview({ session, plan, clock, days: { from: to - days, to }, perDay: plan.detection.budget.perDay, run: session.run });
}

/** Compares two previews of the same days. */
export function difference(before: Preview, after: Preview): AlertDifference {
  const named = ({ top }: Preview): string[] => top.map(({ day, entity }) => `${day} ${entity}`);
  const [was, is] = [named(before), named(after)];
  return { days: before.days.length, before: before.incidents, after: after.incidents, gained: is.filter((one) => !was.includes(one)), lost: was.filter((one) => !is.includes(one)) };
}
